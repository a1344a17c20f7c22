import argparse
import sys

parser = argparse.ArgumentParser()
parser.add_argument("--rate", type=float, default=0.1)
parser.add_argument("--epochs", type=int, default=3)
parser.add_argument("--shuffle", action="store_true")
parser.parse_args()
print(sys.argv[1:])
