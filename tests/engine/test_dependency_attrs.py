"""What a run records of its dependencies, in the form that Guild AI 0.9.0 writes."""

from guild_ipy.domain.declarations.dependency import Dependency, Source, SourceKind
from guild_ipy.domain.declarations.resolved_dependency import ResolvedDependency, ResolvedSource, TakenFile
from guild_ipy.engine.run_files.dependency_attrs import dependency_flags, encode_deps, encode_reasons, explicit_flags
from guild_ipy.store.used_runs.deps import read_upstreams
from tests.required import file_of, need, run_of, runs_of

A, B = "a" * 32, "b" * 32


def resolved(dependency, **found):
    return ResolvedDependency(dependency=dependency, sources=(ResolvedSource(source=dependency.sources[0], **found),))


def beside(run_dir, id, name):  # noqa: A002 - the word of the field
    return f"{run_dir.path[:-32]}{id}/{name}".rstrip("/")


def test_a_run_is_recorded_with_its_files(make_run):
    run_dir = make_run()
    file = TakenFile(path="in/model", origin=beside(run_dir, A, "model"))
    used = [resolved(run_of("train"), runs=(A,), reason="latest", files=(file,))]
    assert encode_deps(run_dir, used) == {
        "operation:train": {"operation:train": {"config": A, "paths": [f"../{A}/model"], "uri": "operation:train"}}
    }
    assert encode_reasons(used) == [
        {"dependency": "train", "source": "operation:train", "runs": [A], "reason": "latest"}
    ]
    assert (dependency_flags(used), explicit_flags(used)) == ({"operation:train": A}, {})


def test_a_run_that_was_named_is_a_flag_of_the_user(make_run):
    used = [resolved(run_of("train"), runs=(A,), reason="explicit")]
    assert explicit_flags(used) == {"operation:train": A}


def test_a_set_is_a_list_and_no_flag(make_run):
    run_dir = make_run()
    files = (TakenFile(path=A, origin=beside(run_dir, A, "")), TakenFile(path="guild-runs.json", content=b"[]"))
    used = [resolved(runs_of("train"), runs=(A, B), reason="lr < 1", files=files)]
    (entry,) = encode_deps(run_dir, used)["operation:train"].values()
    assert entry == {"config": [A, B], "paths": [f"../{A}", "guild-runs.json"], "uri": "operation:train"}
    assert dependency_flags(used) == {}


def test_a_resource_has_its_name_and_those_of_its_sources(make_run):
    sources = (
        Source(kind=SourceKind.OPERATION, value="train", name="model"),
        Source(kind=SourceKind.FILE, value="data.csv"),
    )
    dependency = Dependency(name="all", sources=sources)
    used = [
        ResolvedDependency(
            dependency=dependency,
            sources=(ResolvedSource(source=sources[0], runs=(A,)), ResolvedSource(source=sources[1])),
        )
    ]
    deps = encode_deps(make_run(), used)
    assert {name: list(found) for name, found in deps.items()} == {"all": ["model", "file:data.csv"]}
    assert dependency_flags(used) == {"model": A}  # as Guild AI records it, whose restart looks for it there


def test_a_file_that_was_given_is_a_flag_and_its_value_is_kept(make_run):
    used = [resolved(file_of("data.csv"), value="other.csv")]
    assert dependency_flags(used) == explicit_flags(used) == {"file:data.csv": "other.csv"}
    assert encode_deps(make_run(), used)["file:data.csv"]["file:data.csv"]["config"] == "other.csv"
    assert encode_reasons(used)[0]["value"] == "other.csv"


def test_an_optional_source_that_is_not_there_leaves_no_trace(make_run):
    used = [resolved(run_of("train", optional=True))]
    assert encode_deps(make_run(), used) == {"operation:train": {}}
    assert encode_reasons(used) == []


def test_the_lineage_reads_what_is_recorded(make_run):
    upstream = make_run()
    used = [
        resolved(run_of("train"), runs=(upstream.id,), reason="marked"),
        resolved(need(SourceKind.MULTI_RUN, "lr < 1", is_multi=True), runs=(A, B), reason="lr < 1"),
    ]
    run_dir = make_run()
    made = make_run(deps=encode_deps(run_dir, used), _dependencies=encode_reasons(used))
    assert {each.run_id: each.reason for each in read_upstreams(made)} == {
        upstream.id: "marked",
        A: "lr < 1",
        B: "lr < 1",
    }
