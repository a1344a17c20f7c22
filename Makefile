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

.PHONY: help test test-verbs test-others test-browser chromium lint newest pandas demo lab bench faults interop notebooks format constraints clean

help:
	@echo "make test       run every check"
	@echo "make newest     run the core tests with the newest of everything that pyproject.toml allows"
	@echo "make pandas     run the tests of frames with pandas $(OTHER_PANDAS), where a warning is an error"
	@echo "make demo       run the quickstart on real data, and show what came of it"
	@echo "make lab        open the quickstart in JupyterLab"
	@echo "make bench      measure runs against the limits of the machine and against peers"
	@echo "make faults     kill, fill disks, and count what survives"
	@echo "make interop    run sample projects and a random history beside Guild AI, and count where both agree"
	@echo "make notebooks  execute the notebooks anew, and save them"
	@echo "make format     format the source"
	@echo "make clean      remove the environments, and everything that was built"

test: lint newest .envs/guild/.installed .venv/.installed-browser chromium
	$(MAKE) --no-print-directory --jobs=2 --output-sync=target test-verbs test-others test-browser

# Two halves side by side, which take about as long: what verbs do with real runs, and all others.
VERB_TESTS := $(addprefix tests/,cli compat domain frame launching magics session verbs)
PYTEST = $(VENV) -m pytest --maxfail=30 --basetemp=$$(mktemp -d)

test-verbs:
	$(PYTEST) $(VERB_TESTS)

test-others:
	$(PYTEST) tests notebooks $(addprefix --ignore=,$(VERB_TESTS) tests/browser) $(NBVAL)

# In a process of their own: the event loop of the browser is in the way of other tests.
test-browser:
	$(PYTEST) tests/browser

# Strict: an output that differs from the saved one fails.
NBVAL := --nbval --nbval-current-env --nbval-cell-timeout=60 --nbval-sanitize-with tests/nbval_sanitize.cfg

# Debian's, for the tests in a browser.
chromium:
	@command -v chromium > /dev/null || { \
		echo "Installing chromium; without it the tests in a browser cannot run (as root: $(INSTALL_CHROMIUM))" && \
		{ $(INSTALL_CHROMIUM); } > /dev/null; }

INSTALL_CHROMIUM := apt-get update && apt-get install -y --no-install-recommends chromium fonts-liberation

lint: .venv/.installed-test
	$(VENV) -m ruff check --quiet
	$(VENV) -m ruff format --quiet --diff
	$(VENV) -m mypy
	$(VENV) -c '$(IMPORT_LINTER)' --no-logo

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
		.envs/pandas-$$version/bin/python -m pytest -q -p no:cacheprovider tests/frame; \
	done

demo: .venv/.installed-notebooks
	@$(VENV) -m tests.demo

lab: .venv/.installed-lab
	$(VENV) -m tests.lab $(LAB_OPTIONS)

bench: .venv/.installed-test .envs/guild/.installed .envs/mlflow/.installed
	$(VENV) benchmarks/run_all.py $(BENCH_OPTIONS)

faults: .venv/.installed-test .envs/guild/.installed
	GUILD_IPY_FAULTS=full $(VENV) -m pytest tests/faults --capture=no

# INTEROP_OPTIONS='--seed 7 --steps 500 --only history'; --help lists them.
interop: .venv/.installed-test .envs/guild/.installed
	@$(VENV) -m tests.interop $(INTEROP_OPTIONS)

notebooks: .venv/.installed-test
	$(VENV) -m tests.save_notebooks

format: .venv/.installed-test
	$(VENV) -m ruff check --fix --quiet
	$(VENV) -m ruff format --quiet

clean:
	rm -rf .venv .envs build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis

# -- environments: an extra of pyproject.toml is installed anew when what it asks for has changed

.venv/.installed-%: pyproject.toml constraints.txt | .venv/.made
	@echo "Installing guild_ipy with what '$*' needs into .venv"
	$(VENV) -m pip install $(PIP_OPTIONS) -c constraints.txt --build-constraint constraints.txt -e '.[$*]'
	@touch $@

.venv/.made:
	$(make_environment)

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
	$(@D)/bin/python -m pip install $(PIP_OPTIONS) -c $(@D)/constraints.txt -e '.[plots]' 'pandas==$*.*' \
		hypothesis pytest pytest-timeout
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
