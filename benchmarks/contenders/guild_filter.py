"""A peer: the filter of Guild AI 0.9.0, with its index up to date."""

import sys
import warnings

import guild.ipy
from answering import answer, timed

if __name__ == "__main__":
    warnings.simplefilter("ignore")
    expression = sys.argv[1]
    answer({"filter": timed(lambda: guild.ipy.runs(filter_expr=expression))})
