import json

with open("train.json") as file:
    print(json.dumps(json.load(file), sort_keys=True))
