# Two commands: `make build` sets up and builds the demo company, `make test` runs everything that must pass.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: build test setup demo lint format bench faults mutants lock-dependencies clean

build: demo
	dbt build
	product-health check
	product-health publish
	product-health report
	product-health headline

# Files keep their order, or else the longest of them, which has few tests, would run alone at the end.
test: demo lint
	product-health lock --check
	dbt build
	pytest --numprocesses 3 --dist loadfile --no-loadscope-reorder

setup: $(VENV)/.setup-done

# A virtual environment of its own with the locked dependencies, made again when they change.
$(VENV)/.setup-done: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' || \
		{ echo "Python 3.11 to 3.13 is needed (dbt-core 1.11 does not import on 3.14); set PYTHON=python3.12, say."; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	mkdir -p .warehouse
	touch $@

# The demo company is written once, and again if that was interrupted; what you land yourself is left alone.
demo: setup
	@if [ -e landing/demo-incomplete ] || [ ! -d landing/loads ]; then \
		product-health demo --out landing --overwrite; fi

lint: setup
	ruff check .
	ruff format --check .
	mypy
	sqlfluff lint models macros tests
	yamllint --strict .github metrics tests/expectations

format: setup
	ruff check --fix .
	ruff format .
	sqlfluff fix models macros tests

bench: setup
	python tests/benchmarks/run.py

faults: setup
	pytest -m faults

# Every fault that a definition could have, one at a time: the lock must notice each.
mutants: setup
	python tests/mutants/mutants.py

# Needs uv. Names no host, and holds for every supported Python.
lock-dependencies:
	uv pip compile --universal --python-version 3.11 --extra dev --no-strip-extras --generate-hashes \
		--no-header --no-annotate --no-emit-index-url pyproject.toml -o requirements.lock

# What was landed stays.
clean:
	rm -rf target logs .warehouse/*
