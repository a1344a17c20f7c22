"""Let a value decay; an example of a script with a command line."""

import argparse

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("--rate", type=float, default=0.1, help="what is lost in each step")
parser.add_argument("--steps", type=int, default=3)
arguments = parser.parse_args()

value = 1.0
for step in range(1, arguments.steps + 1):
    value *= 1 - arguments.rate
    print(f"value: {value:.4f} (step {step})")
