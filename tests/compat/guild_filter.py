"""Guild AI's own filter, in its own environment: ``python guild_filter.py HOME`` takes expressions as a JSON list.

It prints, also as JSON, the ids that each selects, or its error.
"""

import json
import sys

from guild import config, filter_util


def main() -> None:
    config.set_guild_home(sys.argv[1])
    json.dump({text: select(text) for text in json.load(sys.stdin)}, sys.stdout)


def select(text: str) -> list[str] | str:
    try:
        return [run.id for run in filter_util.filtered_runs(text)]
    except SyntaxError as error:
        return str(error)


if __name__ == "__main__":
    main()
