"""Give a number a score."""

x = 1

print(f"score: {1 - (x - 3) ** 2}")
with open("model.txt", "w") as file:
    file.write(f"{x}\n")
