# Two commands from a fresh clone: `make demo` and `make test`. Both need python3 (3.10 or newer), make and a package index.
PYTHON ?= python3
PAIR ?= default
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help demo test lint cases pairs corpus clean

help:  ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: $(VENV)/.shim  ## Find, fix and prove the three original losses
	@$(BIN)/python tests/demo.py

test: $(VENV)/.test lint  ## Run the linters and the whole default suite
	$(BIN)/python -m pytest

lint: $(VENV)/.test
	$(BIN)/ruff check lint_rules codemods tests
	$(BIN)/ruff format --check lint_rules codemods tests
	$(BIN)/mypy

cases: $(VENV)/.test  ## Lint, fix and run the cases only
	$(BIN)/python -m pytest tests/test_cases.py

# The same cases with other versions of the SDKs, each in an environment of its own.
pairs: pair-otel pair-legacy  ## Run the cases with litellm 1.106.2 + langfuse 5.0.4 and litellm 1.77.7 + langfuse 2.60.10

pair-%: $(VENV)/.test .venvs/%/.installed
	$(BIN)/python -m pytest tests/test_cases.py --pair $* --shim-python .venvs/$*/bin/python

corpus: $(VENV)/.test  ## Score the linter on labelled sites in real code (fetches the sources; CLONES=pattern for git)
	$(BIN)/python tests/corpus/evaluate.py $(if $(CLONES),--clones '$(CLONES)')

.venvs/otel/.installed: REQUIREMENTS = litellm==1.106.2 langfuse==5.0.4
.venvs/legacy/.installed: REQUIREMENTS = litellm==1.77.7 langfuse==2.60.10 'openai<2'

# $(1): the environment's folder, $(2): what to install
ifdef UV
install = { test -x $(1)/bin/python || uv venv --quiet --python $(PYTHON) $(1); } && uv pip install --quiet --python $(1)/bin/python $(2)
else
install = { test -x $(1)/bin/python || $(PYTHON) -m venv $(1); } && $(1)/bin/python -m pip install --quiet --disable-pip-version-check $(2)
endif

$(VENV)/.shim: pyproject.toml
	$(call install,$(VENV),--editable '.[shim]')
	@touch $@

$(VENV)/.test: pyproject.toml
	$(call install,$(VENV),--editable '.[test]')
	@touch $@ $(VENV)/.shim

.venvs/%/.installed: Makefile
	$(call install,.venvs/$*,$(REQUIREMENTS))
	@touch $@

clean:  ## Remove the environments and caches
	rm -rf $(VENV) .venvs .pytest_cache .mypy_cache .ruff_cache build dist
