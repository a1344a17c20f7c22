# Everything that is done with this project; `make` alone lists it.
#
# Needed are Python 3.11 or newer (another one: make PYTHON=/path/to/python), make and bash. Environments are made
# in .venv and .envs, everything else that is written goes to build/ or to a temporary folder.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

# `-m module` and never a script of bin/: the path of a script's interpreter may hold no space.
VENV := .venv/bin/python
PEER := .envs/guild
PIP_OPTIONS := --disable-pip-version-check --no-input -qq
IMPORT_LINTER := from importlinter.cli import lint_imports_command as lint; lint()

ifndef PYTHON
PYTHON := $(shell for each in python3.11 python3 python; do \
	"$$each" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo "$$each" && break; done)
endif

export GUILD_PEER_ENV := $(CURDIR)/$(PEER)
export GUILD_IPY_MLFLOW_ENV := $(CURDIR)/.envs/mlflow

#: The oldest pandas that frames are made with, and one between; the newest is in .venv.
OTHER_PANDAS := 2.2 3.0

.PHONY: help test environment test-processes test-verbs test-others test-browser test-front-end front-end try-front-end packages chromium lint newest pandas demo lab bench bench-widget other-labs faults interop notebooks format constraints clean

help:
	@echo "make test       run every check"
	@echo "make newest     run the core tests with the newest of everything that pyproject.toml allows"
	@echo "make pandas     run the tests of frames with pandas $(OTHER_PANDAS), where a warning is an error"
	@echo "make demo       run the quickstart on real data, and show what came of it"
	@echo "make lab        open the quickstart in JupyterLab"
	@echo "make front-end  bundle the widgets, if their source has changed"
	@echo "make packages   build and install the package in all the ways that there are, and look at what came of it"
	@echo "make bench      measure runs against the limits of the machine and against peers"
	@echo "make bench-widget  measure the table in a page, beside other tables"
	@echo "make other-labs    try the table in the oldest JupyterLab"
	@echo "make faults     kill, fill disks, and count what survives"
	@echo "make interop    run sample projects and a random history beside Guild AI, and count where both agree"
	@echo "make notebooks  execute the notebooks anew, and save them"
	@echo "make format     format the source"
	@echo "make clean      remove the environments, and everything that was built"

# Two of them at a time; the one that takes longest first.
test:
	$(MAKE) --no-print-directory --jobs=2 environment .envs/guild/.installed .envs/newest/.installed chromium
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target lint test-verbs test-processes test-browser test-others newest test-front-end

# One after the other, since all write to one folder.
environment: .venv/.installed-browser
	@$(MAKE) --no-print-directory .venv/.installed-test
	@$(MAKE) --no-print-directory front-end
	@$(MAKE) --no-print-directory .venv/.installed-front-end

# Processes that are started, killed and watched; what verbs do with real runs; and all others.
PROCESS_TESTS := $(addprefix tests/,batch engine faults)
VERB_TESTS := $(addprefix tests/,cli compat domain frame launching magics session tables verbs)
PYTEST = $(VENV) -m pytest --maxfail=30 --basetemp=$$(mktemp -d)

test-processes:
	$(PYTEST) $(PROCESS_TESTS)

test-verbs:
	$(PYTEST) $(VERB_TESTS)

# Here nbval executes the notebooks; test_notebooks.py does so for `newest`.
test-others:
	$(PYTEST) tests notebooks $(addprefix --ignore=,$(PROCESS_TESTS) $(VERB_TESTS) tests/browser tests/test_notebooks.py) $(NBVAL)

# In a process of their own: the event loop of the browser is in the way of other tests. JupyterLab itself fails at
# times on a busy machine: a test that fails is tried once more, in a page loaded anew, and is listed as RERUN.
test-browser: front-end
	$(PYTEST) tests/browser --tb=short --reruns=1 -raR

test-front-end: .venv/.installed-front-end
	$(FRONT_END) test

# Strict: an output that differs from the saved one fails.
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout=60 --nbval-sanitize-with tests/nbval_sanitize.cfg

# Debian's, for the tests in a browser.
chromium:
	@command -v chromium > /dev/null || { \
		echo "Installing chromium; without it the tests in a browser cannot run (as root: $(INSTALL_CHROMIUM))" && \
		{ $(INSTALL_CHROMIUM); } > /dev/null; }

INSTALL_CHROMIUM := apt-get update && apt-get install -y --no-install-recommends chromium fonts-liberation

lint: .venv/.installed-test .venv/.installed-front-end
	$(VENV) -m ruff check --quiet
	$(VENV) -m ruff format --quiet --diff
	$(VENV) -m mypy
	$(VENV) -c '$(IMPORT_LINTER)' --no-logo
	$(FRONT_END) check

# Functions, cells and what comes of them, tracebacks, kernels, frames, and the notebooks from top to bottom: their
# outputs are compared with the versions that are tested only.
CORE_TESTS := tests/operations/test_*.py tests/python tests/frame/test_accessor.py tests/frame/test_runs_frame.py \
	$(addprefix tests/engine/test_,executor_contract.py failure.py notebook_file.py notebook_namespace.py outcome.py) \
	tests/launching/test_new_run.py tests/magics/test_kernel.py tests/magics/test_magics.py tests/test_notebooks.py

newest: .envs/newest/.installed .envs/guild/.installed
	.envs/newest/bin/python -m pytest -q -p no:cacheprovider $(CORE_TESTS)

pandas: $(OTHER_PANDAS:%=.envs/pandas-%/.installed)
	@for version in $(OTHER_PANDAS); do \
		echo "Testing frames with pandas $$version"; \
		.envs/pandas-$$version/bin/python -m pytest -q -p no:cacheprovider tests/frame tests/tables; \
	done

demo: .venv/.installed-notebooks try-front-end
	@$(VENV) -m tests.demo

lab: .venv/.installed-lab try-front-end
	$(VENV) -m tests.lab $(LAB_OPTIONS)

bench: .venv/.installed-test .envs/guild/.installed .envs/mlflow/.installed
	$(VENV) benchmarks/run_all.py $(BENCH_OPTIONS)

# BENCH_OPTIONS='--homes FOLDER' keeps the homes, which take minutes to make.
bench-widget: .envs/grids/.installed chromium front-end
	PYTHONPATH=. .envs/grids/bin/python benchmarks/widget.py $(BENCH_OPTIONS)

other-labs: .envs/lab-4.2/.installed .venv/.installed-browser chromium front-end
	$(VENV) -m tests.browser.other_labs .envs/lab-4.2/bin/python

faults: .venv/.installed-test .envs/guild/.installed
	GUILD_IPY_FAULTS=full $(VENV) -m pytest tests/faults --capture=no

# INTEROP_OPTIONS='--seed 7 --steps 500 --only history'; --help lists them.
interop: .venv/.installed-test .envs/guild/.installed
	@$(VENV) -m tests.interop $(INTEROP_OPTIONS)

notebooks: .venv/.installed-test front-end
	$(VENV) -m tests.save_notebooks

# In a temporary folder, with an environment of its own; takes minutes, and needs PyPI and the npm registry.
packages: .venv/.installed-test
	$(VENV) -m tests.packages

format: .venv/.installed-test
	$(VENV) -m ruff check --fix --quiet
	$(VENV) -m ruff format --quiet

FRONT_END := $(VENV) labextension/build_front_end.py
FRONT_END_SOURCES := $(shell find labextension/src -type f) $(addprefix labextension/,package.json tsconfig.json yarn.lock)

front-end: guild_ipy/static/built_from.txt
	@:

guild_ipy/static/built_from.txt: $(FRONT_END_SOURCES)
	@$(MAKE) --no-print-directory .venv/.installed-front-end
	$(FRONT_END)
	@touch $@

try-front-end:
	@$(MAKE) --no-print-directory front-end || echo "Going on without the front end: tables can be read, but not clicked on"

clean:
	rm -rf .venv .envs build guild_ipy/static labextension/node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# -- environments: an extra of pyproject.toml is installed anew when what it asks for has changed

.venv/.installed-%: pyproject.toml constraints.txt | .venv/.made
	@echo "Installing guild_ipy with what '$*' needs into .venv"
	$(VENV) -m pip install $(PIP_OPTIONS) -c constraints.txt --build-constraint constraints.txt -e '.[$*]'
	@touch $@

.venv/.made:
	$(make_environment)

# What builds the front end, with a Node where there is none; a package that is installed has it in its build only.
.venv/.installed-front-end: labextension/build_front_end.py constraints.txt | .venv/.made
	$(VENV) -m pip install $(PIP_OPTIONS) -c constraints.txt $$($(VENV) labextension/build_front_end.py requirements)
	@touch $@

.envs/guild/.installed: tests/compat/requirements.txt
	$(make_environment)
	@echo "Installing Guild AI 0.9.0 into $(@D)"
	$(@D)/bin/python -m pip install $(PIP_OPTIONS) -r $<
	@touch $@

.envs/mlflow/.installed: benchmarks/requirements-mlflow.txt
	$(make_environment)
	@echo "Installing MLflow into $(@D)"
	$(@D)/bin/python -m pip install $(PIP_OPTIONS) -r $<
	@touch $@

.envs/pandas-%/.installed: pyproject.toml constraints.txt
	$(make_environment)
	@echo "Installing guild_ipy with pandas $* into $(@D)"
	@grep -v -i -E '^(numpy|pandas)' constraints.txt > $(@D)/constraints.txt
	$(@D)/bin/python -m pip install $(PIP_OPTIONS) -c $(@D)/constraints.txt -e '.[optimize,plots]' 'pandas==$*.*' \
		hypothesis pytest pytest-timeout
	@touch $@

# The oldest JupyterLab, with the newest of everything else that a kernel needs.
.envs/lab-%/.installed: pyproject.toml constraints.txt
	$(make_environment)
	@echo "Installing guild_ipy with JupyterLab $* into $(@D)"
	@grep -v -i -E '^(jupyter|notebook)' constraints.txt > $(@D)/constraints.txt
	$(@D)/bin/python -m pip install $(PIP_OPTIONS) -c $(@D)/constraints.txt -e . 'jupyterlab==$*.*' ipykernel
	@touch $@

# Tables to compare with, in one JupyterLab.
.envs/grids/.installed: pyproject.toml constraints.txt benchmarks/requirements-grids.txt
	$(make_environment)
	@echo "Installing guild_ipy with other tables into $(@D)"
	$(@D)/bin/python -m pip install $(PIP_OPTIONS) -c constraints.txt -e '.[lab]' -r benchmarks/requirements-grids.txt
	@touch $@

# No constraints, and anew each day: there are newer versions tomorrow.
.envs/newest/.installed: pyproject.toml $(shell find .envs/newest/.installed -mtime +0 -exec echo FORCE \; 2>/dev/null)
	$(if $(wildcard $(@D)/bin/python),,$(make_environment))
	@echo "Installing guild_ipy with the newest of what 'test' needs into $(@D)"
	$(@D)/bin/python -m pip install $(PIP_OPTIONS) --upgrade --upgrade-strategy eager -e '.[test]'
	@touch $@

FORCE:

define make_environment
$(if $(PYTHON),,$(error Python 3.11 or newer was not found: make PYTHON=/path/to/python3.11))
@echo "Making an environment in $(@D)"
"$(PYTHON)" -m venv $(@D)
$(@D)/bin/python -m pip install $(PIP_OPTIONS) --upgrade -c constraints.txt pip
@touch $@
endef

constraints: .venv/.installed-browser
	@echo '# The versions that are tested; `make constraints` writes this file anew.' > $@.txt
	$(VENV) -m pip list --disable-pip-version-check --format=freeze --exclude-editable | grep -v ^setuptools= >> $@.txt
