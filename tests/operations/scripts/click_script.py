"""Takes its parameters with click, in most of the ways that there are, and prints what it got."""

import json

import click

MODELS = ["small", "large"]


@click.group()
def other():
    pass


@other.command()
@click.option("--unseen")
def unused(unseen):
    pass


@click.command()
@click.argument("data")
@click.argument("Extra-Files", nargs=-1)
@click.option("--learning-rate", "-l", "rate", type=float, default=0.001, show_default=True, help="how fast")
@click.option("--epochs", default=5)
@click.option("--momentum", type=click.FloatRange(0, 1), default=0.9)
@click.option("--model", type=click.Choice(MODELS), default="small")
@click.option("--name", default="run 1")
@click.option("--seed", type=int, required=True)
@click.option("--range", "bounds", nargs=2, type=float)
@click.option("--tag", multiple=True, default=["base"])
@click.option("-n", "count", type=click.INT)
@click.option("--shuffle", is_flag=True)
@click.option("--cache/--no-cache", default=True)
@click.option("--freeze", type=bool, default=False)
@click.option("-v", "--verbose", count=True)
def main(**parameters):
    print(json.dumps(parameters))


if __name__ == "__main__":
    main()
