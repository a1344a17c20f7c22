"""Train a model of one parameter: it goes down to the least of (x - 3)^2."""

lr = 0.1

print("params:")
print(f" lr={lr:f}")
x = 0.0
for _ in range(20):
    x -= lr * 2 * (x - 3)
print(f"loss: {(x - 3) ** 2:f}")
print("Saving model as ./trained-model")
with open("trained-model", "w") as file:
    file.write(f"{x}\n")
