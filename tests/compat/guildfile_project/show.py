import json
import os
import sys

lr = 0.1
layers = [1, 2]
params = {"lr": 0.2, "model": {"depth": 3}}
values = [lr, params]
environment = {name: value for name, value in os.environ.items() if name.startswith("FLAG_") or name == "RATE"}
print(json.dumps([sys.argv[1:], values, environment], sort_keys=True))
