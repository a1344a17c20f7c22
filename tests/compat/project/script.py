"""A script with one flag; `lr` is replaced by the flag's value."""

lr = 0.1

with open("model.txt", "w", encoding="utf-8") as file:
    file.write(str(lr))
print(f"accuracy: {1 - lr}")
