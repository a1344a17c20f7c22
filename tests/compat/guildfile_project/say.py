import json
import os
import sys

environment = {name: value for name, value in os.environ.items() if name.startswith("FLAG_")}
print(json.dumps([sys.argv[1:], environment], sort_keys=True))
