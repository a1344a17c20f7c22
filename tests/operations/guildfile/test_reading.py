"""What a Guild file says, as values."""

from __future__ import annotations

import hashlib

import pytest

from guild_ipy.domain.choosing.best import Best
from guild_ipy.domain.declarations.dependency import FilePattern, Rename, SourceKind, TargetType
from guild_ipy.domain.declarations.operation_def import ExecMain, FlagsDestKind, NotebookMain, PythonMain, StepsMain
from guild_ipy.domain.values.flags import FlagType
from guild_ipy.errors import GuildFileError
from guild_ipy.operations.guildfile.defining.python_requires import parse_requires
from guild_ipy.operations.guildfile.file import read_guild_file


@pytest.fixture
def read(project):
    """Read the text of a Guild file."""

    def read(text, **files):
        return read_guild_file(str(project(text, **files) / "guild.yml"))

    return read


class TestFormats:
    def test_a_map_is_operations(self, read):
        file = read("train: train\nserve:\n  main: serve --port 80\n")
        assert file.names == ["train", "serve"]
        assert file.find("train").main == PythonMain(module="train", origin="guild.yml:1:8")
        assert file.find("serve").main.arguments == ("--port", "80")

    def test_a_list_has_models_configs_packages_and_includes(self, read):
        file = read(
            """
            - package: lab
              version: 1
            - config: base
            - model: cnn
              operations: {train: x}
            - include: more.yml
            """,
            **{"more.yml": "- model: rnn\n  operations: {train: y, check: z}\n"},
        )
        assert file.names == ["cnn:train", "rnn:train", "check"]

    def test_a_single_model_needs_no_list(self, read):
        file = read("model: cnn\noperations:\n  train: x\n")
        assert [each.full_name for each in file.operations] == ["cnn:train"]
        assert file.find("train").model == "cnn"

    def test_an_empty_file_has_no_operations(self, read):
        assert read("").operations == ()
        assert read("# nothing\n").operations == ()

    def test_an_operation_without_a_word_is_the_module_of_its_name(self, read):
        assert read("train: {}\n").find("train").main.module == "train"

    def test_the_default_model_needs_no_name(self, read):
        file = read("- model: a\n  default: yes\n  operations: {t: x}\n- model: b\n  operations: {t: y}\n")
        assert file.find("t").model == "a"
        assert file.names == ["t", "b:t"]

    def test_the_default_operation_is_said_or_the_only_public_one(self, read):
        assert read("a: x\nb: {main: y, default: yes}\n").default.name == "b"
        assert read("a: x\n_b: y\n").default.name == "a"
        assert read("a: x\nb: y\n").default is None

    def test_the_reference_has_the_digest_of_the_file(self, read):
        assert read("train: x\n").find("train").version == hashlib.md5(b"train: x\n").hexdigest()

    def test_numbers_are_read_as_guild_reads_them(self, read):
        flags = read("t:\n  flags: {a: 1e-5, b: 1, c: 2026-01-31, d: yes, e: '1'}\n").find("t").flags
        assert [flag.default for flag in flags] == [1e-05, 1, "2026-01-31", True, "1"]


class TestOperations:
    def test_every_attribute_has_its_place(self, read):
        found = read(
            """
            train:
              description: |
                Train it.
                Well.
              exec: python ${lr} ${flag_args}
              flags: {lr: 0.1}
              flags-dest: args
              label: lr ${lr}
              tags: [a, b]
              env: {A: 1, B: yes, C: '${lr}'}
              env-secrets: C
              compare: [loss]
              default: yes
              output-scalars:
                - loss: 'loss (\\S+)'
                - '(?P<acc>\\d+) percent'
            """
        ).find("train")
        assert found.description == "Train it.\nWell."
        assert found.main == ExecMain(words=("python", "${lr}", "${flag_args}"), origin="guild.yml:6:9")
        assert found.flags_dest.kind is FlagsDestKind.ARGS
        assert (found.label, found.tags, found.compare, found.is_default) == ("lr ${lr}", ("a", "b"), ("loss",), True)
        assert dict(found.env) == {"A": "1", "B": "1", "C": "${lr}"}
        assert found.env_secrets == ("C",)
        assert found.output_scalars == (r"loss: loss (\S+)", r"(?P<acc>\d+) percent")
        assert found.origin == "guild.yml:2:1"

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("args", "args"),
            ("args:click", "args"),
            ("globals", "globals"),
            ("global:params", "global:params"),
            ("dict:params.train", "global:params.train"),
            ("namespace:args", "namespace:args"),
            ("config:conf/train.yml", "config:conf/train.yml"),
            ("none", "none"),
        ],
    )
    def test_flags_dest(self, read, text, expected):
        assert str(read(f"t:\n  flags-dest: {text}\n").find("t").flags_dest) == expected

    def test_a_notebook_and_steps(self, read):
        file = read(
            """
            - model: m
              operations:
                look: {notebook: look.ipynb}
                train: train
                all:
                  steps:
                    - train lr=0.1 note='a b' --label first
                    - run: prepare.py
                      name: prep
                      flags: {n: 3}
                      isolate-runs: no
            """
        )
        assert file.find("look").main == NotebookMain(path="look.ipynb", origin="guild.yml:4:22")
        main = file.find("all").main
        assert isinstance(main, StepsMain)
        first, second = main.steps
        assert (first.operation, first.name, first.label) == ("m:train", "train", "first")
        assert first.flags == {"lr": 0.1, "note": "a b"}
        assert (second.operation, second.name, second.flags) == ("prepare.py", "prep", {"n": 3})
        assert not second.isolate_runs

    def test_what_has_no_meaning_here_is_noted_with_its_place(self, read):
        file = read("- model: m\n  plugins: [a]\n  operations:\n    t:\n      main: x\n      publish: {}\n")
        assert file.find("t").notes == (
            "guild.yml:2:3: a model attribute 'plugins' is not supported and has no effect",
            "guild.yml:6:7: an operation attribute 'publish' is not supported and has no effect",
        )

    @pytest.mark.parametrize(
        ("text", "optimizers", "objective"),
        [
            ("optimizer: gp", [("gp", "gp", True, {})], None),
            ("optimizer: {algorithm: gp, xi: 0.1}", [("gp", "gp", False, {"xi": 0.1})], None),
            ("optimizers: [gp, tpe]", [("gp", "gp", False, {}), ("tpe", "tpe", False, {})], None),
            (
                "optimizers: {a: {algorithm: tpe, default: yes}, b: gp}",
                [("a", "tpe", True, {}), ("b", "gp", False, {})],
                None,
            ),
            ("objective: loss", [], Best(name="loss")),
            ("objective: {maximize: acc}", [], Best(name="acc", greatest=True)),
        ],
    )
    def test_how_trials_are_searched(self, read, text, optimizers, objective):
        search = read(f"t:\n  main: x\n  {text}\n").find("t").search
        assert [(each.name, each.algorithm, each.is_default, each.flags) for each in search.optimizers] == optimizers
        assert search.objective == objective

    def test_so_is_what_has_none_in_their_parts(self, read):
        file = read(
            """
            - model: m
              sourcecode: {digest: no}
              resources: {data: [{file: x, post-process: unpack}]}
              operations:
                t:
                  requires: [{file: y, post-process: z}]
                  sourcecode: {digest: no}
                all: {steps: [{run: t, needed: yes}]}
            """
        )
        places = [note.partition(": ")[0] for note in file.find("t").notes]
        assert places == [f"guild.yml:{place}" for place in ("3:16", "4:32", "7:28", "8:20")]
        assert "a step attribute 'needed'" in file.find("all").notes[-1]

    def test_anchors_and_merged_maps_are_written_out(self, read):
        file = read("a: &a\n  main: x\n  label: one\nb:\n  <<: *a\n  main: y\n")
        assert (file.find("b").main.module, file.find("b").label) == ("y", "one")


class TestElsewhere:
    def test_a_model_extends_configs_and_models(self, read):
        file = read(
            """
            - config: base
              params: {script: train, rate: 0.1}
              operations:
                train:
                  main: '{{script}}'
                  flags: {lr: '{{ rate }}', n: 1}
            - model: a
              extends: base
              operations:
                train:
                  flags: {n: 2}
            - model: b
              extends: [a]
              params: {script: other}
            """
        )
        first, second = file.operations
        assert (first.full_name, first.main.module) == ("a:train", "train")
        assert {flag.name: flag.default for flag in first.flags} == {"lr": 0.1, "n": 2}
        assert (second.full_name, second.main.module) == ("b:train", "other")

    def test_flags_are_included_and_changed(self, read):
        flags = (
            read(
                """
            - config: common
              flags:
                lr: {default: 0.1, description: Rate}
                n: 1
                k: 2
            - model: m
              operations:
                a:
                  flags:
                    $include: ['common#lr,n']
                    lr: 0.5
                b:
                  flags: {$include: 'm:a'}
            """
            )
            .find("b")
            .flags
        )
        assert [(flag.name, flag.default, flag.description) for flag in flags] == [("lr", 0.5, "Rate"), ("n", 1, "")]

    def test_operations_and_resources_are_included(self, read):
        file = read(
            """
            - config: common
              operations: {check: check}
              resources: {data: [file: data.csv]}
            - model: m
              operations:
                $include: common
                train: {requires: data}
              resources: {$include: common}
            """
        )
        assert file.names == ["check", "train"]
        assert file.find("train").requires[0].sources[0].value == "data.csv"

    def test_operation_defaults_fill_what_is_not_said(self, read):
        file = read(
            """
            - model: m
              operation-defaults: {main: x, flags: {lr: 1}, label: all}
              operations:
                a: {}
                b: {exec: echo, label: own, flags: {n: 1}}
            """
        )
        assert (file.find("a").main.module, file.find("a").label) == ("x", "all")
        assert (file.find("b").main.words, file.find("b").label) == (("echo",), "own")
        assert [flag.name for flag in file.find("b").flags] == ["n"]

    def test_included_files_include_others(self, read):
        file = read(
            "- include: sub/a.yml\n",
            **{"sub/a.yml": "- include: b.yml\n", "sub/b.yml": "- model: m\n  operations: {t: x}\n"},
        )
        assert file.find("t").origin == "sub/b.yml:2:16"
        assert file.find("t").folder == str(file.path).removesuffix("/guild.yml")

    def test_a_param_that_is_not_there_stays(self, read):
        assert read("- model: m\n  operations: {t: 'x {{ y }}'}\n").find("t").main.arguments == ("{{", "y", "}}")


class TestRequires:
    @pytest.fixture
    def required(self, read):
        """Read one dependency of an operation `a`; its sources."""

        def required(text):
            (dependency,) = read(f"a:\n  requires: {text}\n").find("a").requires
            return dependency

        return required

    def test_a_run_of_an_operation(self, required):
        found = required("{operation: 'train,tune', select: 'model\\..*', target-path: in, target-type: link}")
        (source,) = found.sources
        assert (source.kind, source.value, source.is_multi) == (SourceKind.OPERATION, "train,tune", False)
        assert source.select == (FilePattern(pattern=r"model\..*"),)
        assert (source.target_path, source.target_type) == ("in", TargetType.LINK)
        assert (found.is_inline, found.key, found.origin) == (True, "operation:train,tune", "guild.yml:2:13")

    def test_select_is_an_expression_where_runs_are_linked(self, required):
        (source,) = required("{operation: train, multi-run: yes, select: loss < 1}").sources
        assert (source.is_multi, source.expression, source.select) == (True, "loss < 1", ())

    @pytest.mark.parametrize(
        ("text", "kind", "is_multi"),
        [
            ("{run: train}", SourceKind.RUN, False),
            ("{run: loss < 1}", SourceKind.RUN, False),
            ("{multi-run: op = train}", SourceKind.MULTI_RUN, True),
            ("{file: data.csv}", SourceKind.FILE, False),
            ("{config: c.yml}", SourceKind.CONFIG, False),
            ("{module: numpy}", SourceKind.MODULE, False),
            ("{url: 'https://example.org/x.zip', unpack: no}", SourceKind.URL, False),
        ],
    )
    def test_other_kinds(self, required, text, kind, is_multi):
        (source,) = required(text).sources
        assert (source.kind, source.is_multi) == (kind, is_multi)

    def test_all_attributes_of_a_source(self, required):
        (source,) = required(
            "{file: x, name: data, flag-name: path, optional: yes, warn-if-empty: no, fail-if-empty: yes, "
            "rename: ['a b', c, {pattern: d, repl: e}], replace-existing: yes, preserve-path: yes, "
            f"always-resolve: yes, params: {{a: 1}}, help: Get it, sha256: {'a' * 64}, select-max: 'm-(\\d+)'}}"
        ).sources
        assert (source.name, source.flag_name, source.optional, source.help) == ("data", "path", True, "Get it")
        assert (source.warn_if_empty, source.fail_if_empty) == (False, True)
        assert source.rename == tuple(
            Rename(pattern=pattern, replacement=new) for pattern, new in (("a", "b"), (".*", "c"), ("d", "e"))
        )
        assert (source.replace_existing, source.preserve_path, source.always_resolve) == (True, True, True)
        assert (source.params, source.sha256) == ({"a": 1}, "a" * 64)
        assert source.select == (FilePattern(pattern=r"m-(\d+)", reduce="max"),)

    def test_named_resources_of_the_model_and_of_others(self, read):
        file = read(
            """
            - model: a
              operations:
                t: {requires: [data, {resource: 'b:more'}]}
              resources:
                data:
                  description: The data
                  target-path: in
                  default-unpack: no
                  sources: [x.csv, {file: y.zip}]
            - model: b
              resources: {more: [url: 'https://example.org']}
            """
        )
        data, more = file.find("t").requires
        assert (data.name, data.key, data.is_inline, data.target_path) == ("data", "data", False, "in")
        assert [source.unpack for source in data.sources] == [False, False]
        assert more.name == "more"

    def test_several_sources_inline(self, required):
        found = required("{name: data, sources: [a, {operation: train}]}")
        assert (found.key, found.is_inline) == ("data", False)
        assert [source.uri for source in found.sources] == ["file:a", "operation:train"]

    def test_an_optional_circle_is_fine(self, read):
        text = "a:\n  requires: {operation: a, optional: yes}\n"
        assert read(text).find("a").requires[0].sources[0].optional


class TestDeclaredInPython:
    def test_text_is_a_kind_and_a_value_or_an_operation(self):
        found = parse_requires(["train", "file: data.csv", "https://example.org/x"], "/lab", "serve()")
        assert [each.sources[0].uri for each in found] == [
            "operation:train",
            "file:data.csv",
            "https://example.org/x",
        ]
        assert {each.location for each in found} == {"/lab"}
        assert {each.origin for each in found} == {"serve()"}

    def test_a_dict_is_what_a_guild_file_has_there(self):
        (found,) = parse_requires({"operation": "op", "multi-run": True, "select": "completed"}, "/lab", "report()")
        assert found.sources[0].expression == "completed"

    @pytest.mark.parametrize(
        ("data", "message"),
        [
            ({"operation": "op", "selct": "x"}, r"report\(\): a source has no attribute 'selct' \(did you mean"),
            ({"operation": object}, r"report\(\): type is no value of a Guild file"),
            (True, r"report\(\): a dependency is text, not True \(yes or no\)"),
            ([{"file": "x", "target-path": "/etc"}], r"report\(\): target-path of a source '/etc' leads out"),
        ],
    )
    def test_errors_name_the_function(self, data, message):
        with pytest.raises(GuildFileError, match=message):
            parse_requires(data, "/lab", "report()")


class TestFlags:
    @pytest.fixture
    def flag(self, read):
        def flag(text):
            return read(f"t:\n  flags:\n    x: {text}\n").find("t").flags[0]

        return flag

    def test_a_value_is_the_default(self, flag):
        assert flag("0.1").default == 0.1
        assert flag("").default is None
        assert flag("[1, a]").default == [1, "a"]

    def test_types(self, flag):
        assert flag("{type: float, default: 1}").default == 1.0
        assert flag("{type: existing-path}").type is FlagType.EXISTING_PATH
        assert flag("{type: auto}").type is FlagType.ANY

    def test_choices_with_descriptions(self, flag):
        found = flag("{choices: [a, {value: b, description: Bee, alias: bb, flags: {n: 1}}], default: bb}")
        assert found.choices == ("a", "b")
        assert (found.choice_details[1].description, found.choice_details[1].flags) == ("Bee", {"n": 1})
        assert found.default == "b"

    def test_what_else_there_is(self, flag):
        found = flag(
            "{min: 0, max: 2.5, required: yes, alias: y, arg-name: xx, arg-skip: yes, arg-split: ',', "
            "arg-encoding: {yes: 'on'}, env-name: X, env-encoding: {no: ''}, null-label: none, allow-other: yes}"
        )
        assert (found.minimum, found.maximum, found.required, found.nullable) == (0, 2.5, True, False)
        assert (found.alias, found.arg_name, found.arg_skip, found.arg_split) == ("y", "--xx", True, ",")
        assert (found.arg_encoding, found.env_encoding) == (((True, "on"),), ((False, ""),))
        assert (found.env_name, found.null_label, found.allows_other) == ("X", "none", True)

    def test_a_required_flag_with_a_default_need_not_be_given(self, flag):
        assert not flag("{required: yes, default: 1}").required
