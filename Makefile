# Centrale: `make demo` shows it, `make test` proves it. See README.md.

PORT ?= 8000
CENTRALE_HOME ?= .centrale
JOBS ?= 2
TESTS ?=
export PORT CENTRALE_HOME

PYTHON := .venv/bin/python

.PHONY: demo test lint bench soak clean

# The supervisor stops when the make that started it is gone, even if that was killed.
demo:
	@scripts/prepare run
	@exec $(PYTHON) -m portal.supervisor --follow $$PPID

test:
	@scripts/prepare test
	@$(PYTHON) -m pytest -n $(JOBS) -rs $(TESTS)

lint:
	@scripts/prepare test
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m mypy .
	.venv/bin/lint-imports

bench:
	@scripts/prepare test
	@$(PYTHON) -m benchmarks

# The loader is killed a hundred times at random moments; nothing may be lost or doubled.
soak:
	@scripts/prepare test
	@SOAK_KILLS=100 $(PYTHON) -m pytest -n 0 -rs cdr/tests/test_killed.py

clean:
	@if [ -x $(PYTHON) ]; then $(PYTHON) -m portal.supervisor --clean; fi
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache staticfiles out
	@find . -name __pycache__ -prune -exec rm -rf {} + -o -name '*.mo' -exec rm -f {} +
