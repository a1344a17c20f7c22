"""Serve the model: say what it is."""

path = "./trained-model"
print(f"Serving {path}")
with open(path) as file:
    print(f"It says {float(file.read()):.2f}")
