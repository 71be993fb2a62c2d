# What people run here. `make` alone lists the targets.
#
#   make test ARGS="-k influence -x"    ARGS goes on to the tool that the target runs
#   make site PYTHON=python3.13         another Python for a new environment
#   make test VENV=../fresh             another place for the environment

PYTHON ?= python3
VENV ?= .venv
ARGS ?=
bin := $(VENV)/bin

# Material prints a notice about its end of life at every build; pyproject.toml says what follows from it.
export NO_MKDOCS_2_WARNING = 1
# pip's advice to update pip is not about this project.
export PIP_DISABLE_PIP_VERSION_CHECK = 1

.DEFAULT_GOAL := help
# `site` is a folder too; without this line make would find it up to date.
.PHONY: help site serve check record bench test lint clean
# Two pip processes in one environment get in each other's way, so -j changes nothing here.
.NOTPARALLEL:

help:  ## list these targets
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

site: $(VENV)/.installed-site  ## check all claims and build the site into site/
	$(bin)/python -m checker site $(ARGS)

serve: $(VENV)/.installed-site  ## build the site and serve it on this machine; ARGS="-a 127.0.0.1:8123"
	$(bin)/python -m mkdocs serve $(ARGS)

check: $(VENV)/.installed-site  ## run the claims and judge them; ARGS=CLAIM for one
	$(bin)/python -m checker check $(ARGS)

record:  ## run all claims on a real framework; FRAMEWORK=torch, ARGS=CLAIM for one
	@test -n '$(FRAMEWORK)' || { echo 'which one? make record FRAMEWORK=torch' >&2; exit 2; }
	$(MAKE) --no-print-directory VENV=$(VENV)-$(FRAMEWORK) $(VENV)-$(FRAMEWORK)/.installed-$(FRAMEWORK)
	$(VENV)-$(FRAMEWORK)/bin/python -m checker record $(FRAMEWORK) $(ARGS)

bench:  ## time training beside PyTorch: 16 seeds together, and one after the other
	$(MAKE) --no-print-directory VENV=$(VENV)-torch $(VENV)-torch/.installed-torch
	$(VENV)-torch/bin/python benchmarks/training.py

test: $(VENV)/.installed-test  ## run the tests
	$(bin)/python -m pytest $(ARGS)

lint: $(VENV)/.installed-lint  ## check style, format and types
	$(bin)/python -m ruff check
	$(bin)/python -m ruff format --check
	$(bin)/python -m mypy

clean:  ## remove everything that these targets made
	rm -rf .venv .venv-* site docs/claims docs/frameworks docs/questions docs/reference docs/sources results.json build dist
	rm -rf .cache .hypothesis .mypy_cache .pytest_cache .ruff_cache
	find checker tests -type d -name __pycache__ -prune -exec rm -rf {} +

# The environment. A stamp is written after its step has worked, so a broken step is tried again,
# and a second `make` installs nothing. Each extra has a stamp of its own: `make site` never waits for mypy.

$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo 'Python 3.11 or newer is needed, but $(PYTHON) is:' "$$($(PYTHON) --version 2>&1)" >&2; \
	  echo 'Name another one, for example: make $(or $(MAKECMDGOALS),site) PYTHON=python3.13' >&2; \
	  exit 1; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/.installed-%: pyproject.toml $(VENV)/.created
	$(bin)/python -m pip install --quiet --editable '.[$*]'
	@touch $@
