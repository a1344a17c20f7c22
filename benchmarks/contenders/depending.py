"""Resolving a dependency, and the query that it cannot do without."""

from answering import answer, timed

from guild_ipy.domain.choosing.run_filter import RunFilter
from guild_ipy.domain.declarations.dependency import Dependency, Source, SourceKind
from guild_ipy.operations.dependencies.resolve import ResolveContext, resolve_dependencies
from guild_ipy.operations.dependencies.run_choice import choose_run
from guild_ipy.operations.dependencies.run_query import make_query
from guild_ipy.session.session import get_session

_TRAIN = Source(kind=SourceKind.OPERATION, value="train")
_TUNE = Source(kind=SourceKind.OPERATION, value="prepare", expression="not marked and lr < 0.5")
_LATEST = "op = train and completed"


def main() -> None:
    index = get_session().index
    index.refresh()
    query = make_query(_TRAIN)
    dependency = Dependency(name="train", is_inline=True, sources=(_TRAIN,))
    context = ResolveContext(index=index, cache="cache", flags={})
    answer(
        {
            "select": timed(lambda: index.records(RunFilter(where=_LATEST, limit=1))),
            "choose": timed(lambda: choose_run(index, query)),
            "choose by expression": timed(lambda: choose_run(index, make_query(_TUNE, index.names()))),
            "resolve": timed(lambda: resolve_dependencies([dependency], context)),
            "ready": lambda: 0.0,
        }
    )


if __name__ == "__main__":
    main()
