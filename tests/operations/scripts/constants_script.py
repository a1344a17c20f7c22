"""Takes its parameters as constants, and prints them."""

import json

lr = 0.1
epochs: int = 3
name, kind = "a", "b"
layers = [64, 32]
data = None
shuffle = True
offset = -1
label = title = "both"
_hidden = 1
__version__ = "1.0"
derived = lr * 2
lr = lr / 2
pair = (1, 2)

if __name__ == "__main__":
    inside = 1
    print(json.dumps([lr, epochs, layers, data, shuffle, offset, label, title, derived]))
