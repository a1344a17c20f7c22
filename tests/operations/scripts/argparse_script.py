"""Takes its parameters with argparse, in most of the ways that there are, and prints what it got."""

import argparse
import json

EPOCHS = 5
BATCH = 2 * 16


def str_to_bool(text):
    return text.lower() in {"yes", "true", "1"}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("data", help="where the data is")
    parser.add_argument("extra", nargs="*", default=[])
    parser.add_argument("--learning-rate", "-l", type=float, default=1e-3, help="usually %(default)s")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--batch", type=int, default=BATCH * 2)
    parser.add_argument("--name", default="run 1")
    parser.add_argument("--scale", default=0.5)
    parser.add_argument("-n", type=int)
    model = parser.add_argument_group("model")
    model.add_argument("--optimizer", choices=["adam", "sgd"], default="adam", type=str)
    model.add_argument("--layers", nargs="+", type=int, default=[64, 32])
    model.add_argument("--rates", nargs=2, type=float)
    model.add_argument("--tag", action="append", default=["base"])
    model.add_argument("--shuffle", action="store_true")
    model.add_argument("--no-cache", dest="cache", action="store_false")
    model.add_argument("--mode", action="store_const", const="fast", default="slow")
    model.add_argument("--augment", action=argparse.BooleanOptionalAction)
    model.add_argument("--pretrained", type=bool, default=True)
    model.add_argument("--freeze", type=str_to_bool, default=False)
    model.add_argument("-v", "--verbose", action="count", default=0)
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--steps", type=int, default=100)
    length.add_argument("--minutes", type=int, default=10)
    print(json.dumps(vars(parser.parse_args())))


if __name__ == "__main__":
    main()
