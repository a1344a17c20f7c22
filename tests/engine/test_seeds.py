import subprocess
import sys

import pytest

SEEDED_BEFORE = (
    "import {module}\nfrom guild_ipy.engine.child.libraries.seeds import seed_generators\nseed_generators({seed})\n"
)
SEEDED_AFTER = (
    "from guild_ipy.engine.child.libraries.seeds import seed_generators\nseed_generators({seed})\nimport {module}\n"
)
DRAW = {"random": "print(random.random())", "numpy": "import numpy.random\nprint(numpy.random.rand())"}


def draw(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.parametrize("module", ["random", "numpy"])
def test_a_module_is_seeded_whether_it_is_loaded_before_or_after(module):
    before = draw(SEEDED_BEFORE.format(module=module, seed=7) + DRAW[module])
    assert before == draw(SEEDED_AFTER.format(module=module, seed=7) + DRAW[module])
    assert before != draw(SEEDED_AFTER.format(module=module, seed=8) + DRAW[module])


def test_looking_for_a_module_does_not_keep_it_from_being_seeded():
    looked = "import importlib.util\nassert importlib.util.find_spec('numpy.random')\n"
    after = SEEDED_AFTER.format(module="sys", seed=7)
    assert draw(after + looked + DRAW["numpy"]) == draw(after + DRAW["numpy"])


def test_a_seeded_module_looks_as_if_nobody_had_been_there():
    code = SEEDED_AFTER.format(module="random", seed=7)
    assert draw(code + "print(type(random.__spec__.loader).__name__)") == "SourceFileLoader\n"
    assert draw(code + "print(random.__loader__ is random.__spec__.loader)") == "True\n"


def test_a_module_that_is_not_installed_is_missing_as_ever():
    code = SEEDED_AFTER.format(module="sys", seed=7)
    code += (
        "sys.modules.pop('torch', None)\nsys.path.clear()\ntry:\n    import torch\nexcept ModuleNotFoundError as e:\n"
    )
    assert draw(code + "    print(e)") == "No module named 'torch'\n"


def test_the_largest_seed_is_taken():
    assert draw(SEEDED_BEFORE.format(module="numpy", seed=2**32 - 1) + "print('fine')") == "fine\n"
