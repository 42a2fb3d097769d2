# Two commands from a fresh clone: `make demo` and `make test`. Both need python3 (3.10 or newer), make and a package index.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PAIRS := tests/matrix/pairs.py
OTEL := 1.106.2+5.0.4
LEGACY := 1.77.7+2.60.10
UV := $(shell command -v uv 2>/dev/null)

.DEFAULT_GOAL := help
.PHONY: help demo test test-all faults lint cases fuzz mass pairs pair-otel pair-legacy matrix verdicts overhead bench docs picture corpus clean

help:  ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

demo: $(VENV)/.shim  ## Find, fix and prove the three original losses
	@$(BIN)/python tests/demo.py

test: $(VENV)/.test .venvs/$(LEGACY)/.installed lint  ## Run the linters and the whole default suite
	$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-all:  ## Run the suite on every supported Python that this machine has (TESTS='tests/cli -x' for a part of it)
	$(PYTHON) tests/pythons.py $(TESTS)

faults: $(VENV)/.test  ## Kill 200 fixes and interrupt 100 runs at random moments, and all else that can go wrong
	FAULTS=1 FAULTS_KILLS=200 FAULTS_SIGNALS=100 $(BIN)/python -m pytest tests/faults tests/safety tests/shim/test_forkless.py

lint: $(VENV)/.test
	$(BIN)/ruff check lint_rules codemods tests
	$(BIN)/ruff format --check lint_rules codemods tests
	$(BIN)/mypy

cases: $(VENV)/.test  ## Lint, fix and run the cases only
	$(BIN)/python -m pytest tests/test_cases.py

FUZZ ?= 2000

fuzz: $(VENV)/.test  ## Try FUZZ=2000 new programs that nobody wrote: each gets a report, no fix hurts
	FUZZ=$(FUZZ) $(BIN)/python -m pytest tests/fuzz tests/semantics/test_prospects.py

# MASS='folder …': trees of your own instead. MASS_OPTIONS='--planted no': as they are, nothing planted.
mass: $(VENV)/.test  ## Fix the standard library and site-packages in a scratch copy, as they are and with findings planted
	$(BIN)/python -m tests.fuzz.mass $(MASS_OPTIONS) $(MASS)

# The same cases with other versions of the SDKs, each in an environment of its own.
pairs: pair-otel pair-legacy  ## Run the cases with litellm 1.106.2 + langfuse 5.0.4 and litellm 1.77.7 + langfuse 2.60.10

pair-otel: NAME = $(OTEL)
pair-legacy: NAME = $(LEGACY)
pair-otel: .venvs/$(OTEL)/.installed
pair-legacy: .venvs/$(LEGACY)/.installed
pair-otel pair-legacy: $(VENV)/.test
	$(BIN)/python -m pytest tests/test_cases.py --pair $(@:pair-%=%) --shim-python .venvs/$(NAME)/bin/python

# Every pair of versions in an environment of its own: the first time takes a while and some gigabytes.
matrix: $(VENV)/.test  ## Measure every ending and every fix with every pair of versions, and write docs/delivery.md
	$(MAKE) --no-print-directory $$($(PYTHON) $(PAIRS) stamps)
	$(BIN)/python -m tests.matrix --out docs/delivery.md --verdicts docs/verdicts.md --json .venvs/matrix.json $(MATRIX)

verdicts: $(VENV)/.test  ## Hold what the shim says against programs of known truth with every pair, and write docs/verdicts.md
	$(MAKE) --no-print-directory $$($(PYTHON) $(PAIRS) stamps)
	$(BIN)/python -m tests.matrix --topic verdicts --verdicts docs/verdicts.md --json .venvs/verdicts.json $(MATRIX)

overhead: $(VENV)/.test  ## Measure what the shim costs a program
	$(BIN)/python -m tests.benchmarks.overhead

# BENCH_TREE=folder: a tree that is there already. BENCH_OPTIONS='--only check start': some of the tables only.
bench: $(VENV)/.test  ## Measure ours and the peers side by side with hyperfine, and write docs/performance.md
	$(BIN)/python -m tests.benchmarks.bench $(if $(BENCH_TREE),--tree '$(BENCH_TREE)') $(BENCH_OPTIONS)

docs: $(VENV)/.test  ## Write the pages of the rules and the table of the README from the rules' manuals
	$(BIN)/python tests/pages.py

picture: $(VENV)/.shim  ## Record `make demo` as docs/demo.txt and docs/demo.svg
	$(BIN)/python tests/picture.py

peers: $(VENV)/.test  ## Ask other checkers about the places where our cases lose traces, and write docs/peers.md
	$(call install,.venvs/peers,$$($(BIN)/python -m tests.benchmarks.peers requirements))
	$(BIN)/python -m tests.benchmarks.peers

corpus: $(VENV)/.test  ## Score the linter on labelled sites in real code (fetches the sources; CLONES=pattern for git)
	$(BIN)/python tests/corpus/evaluate.py $(if $(CLONES),--clones '$(CLONES)')

# $(1): the environment's folder, $(2): what to install, $(3): the Python it is made from ($(PYTHON))
ifdef UV
install = { test -x $(1)/bin/python || uv venv --quiet --python $(or $(3),$(PYTHON)) $(1); } && uv pip install --quiet --python $(1)/bin/python $(2)
else
install = { test -x $(1)/bin/python || $(or $(3),$(PYTHON)) -m venv $(1); } && $(1)/bin/python -m pip install --quiet --disable-pip-version-check $(2)
endif

$(VENV)/.shim: pyproject.toml
	$(call install,$(VENV),--editable '.[shim]')
	@touch $@

$(VENV)/.test: pyproject.toml
	$(call install,$(VENV),--editable '.[test]')
	@touch $@ $(VENV)/.shim

.venvs/%/.installed: $(PAIRS)
	$(call install,.venvs/$*,$(shell $(PYTHON) $(PAIRS) requirements $*),$(shell $(PYTHON) $(PAIRS) python $*))
	@touch $@

clean:  ## Remove the environments and caches
	rm -rf $(VENV) .venvs .pytest_cache .mypy_cache .ruff_cache build dist
