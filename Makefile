# Two commands do all set-up on a fresh Debian or Ubuntu with Python >= 3.11 and make: `make run`, `make test`.
VENV ?= .venv
BIN := $(VENV)/bin
PORT ?= 8050
REPORT ?= forecast-report.html
JOBS ?= auto
PYTHON ?= $(firstword $(foreach p,python3 python3.14 python3.13 python3.12 python3.11,$(shell $(p) -c 'import sys; print("$(p)" if sys.version_info >= (3, 11) else "")' 2>/dev/null)))

.PHONY: run test check bench bench-forecast lock clean

run: $(VENV)/.product
	$(BIN)/andrang drill --port $(PORT)

test: $(VENV)/.dev
	sh tests/install-tools.sh
	$(BIN)/pytest -n $(JOBS) --dist loadgroup $(PYTEST_ARGS)

check: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(VENV)/.dev
	@for b in tests/bench/bench_*.py; do \
	    name=$$(basename $$b .py); echo "== $$name"; $(BIN)/python -m tests.bench.$$name || exit 1; \
	done

# Other forecasting libraries need older versions of ours, so they live beside.
bench-forecast: $(VENV)/.dev $(VENV)/peers/.done
	$(BIN)/python -m tests.bench.forecast_report --peers $(VENV)/peers/bin/python --out $(REPORT)

$(VENV)/peers/.done: $(VENV)/bin/pip tests/bench/peers/requirements.txt
	$(BIN)/python -m venv $(VENV)/peers
	$(VENV)/peers/bin/pip install --quiet --disable-pip-version-check --require-hashes -r tests/bench/peers/requirements.txt
	@touch $@

$(VENV)/bin/pip:
	@test -n "$(PYTHON)" || { echo "Andrang needs Python 3.11 or newer; none was found on the PATH." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || sh tests/install-tools.sh python-venv $(PYTHON)
	$(PYTHON) -m venv $(VENV)

$(VENV)/.product: $(VENV)/bin/pip requirements.txt pyproject.toml
	@test -e $(VENV)/.dev || $(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/.dev: $(VENV)/bin/pip requirements-dev.txt pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(VENV)/.product

# Needs `uv`; the locks carry hashes and no index address.
lock:
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 pyproject.toml -o requirements.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 tests/bench/peers/requirements.in -o tests/bench/peers/requirements.txt
	uv pip compile -q --generate-hashes --no-emit-index-url --no-header --universal --python-version 3.11 --extra dev pyproject.toml -c requirements.txt -o requirements-dev.txt

clean:
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
