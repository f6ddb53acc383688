SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help install run test bench lint clean

VENV := .venv
STAMP := $(VENV)/.installed
PYTEST_ARGS ?=

help: ## list what can be made
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

install: $(STAMP) ## create .venv with the locked packages, when missing or out of date

# The stamp is written last: an interrupted installation is done again, a finished one costs nothing.
$(STAMP): requirements.lock pyproject.toml
	@python=""; \
	for candidate in python3 python3.14 python3.13 python3.12 python3.11; do \
		if "$$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			python="$$candidate"; break; \
		fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Python 3.11 or newer is needed and none was found on PATH: install it, then run make again." >&2; exit 1; \
	fi; \
	echo "Setting up $(VENV) with $$("$$python" --version); this takes a minute or two, once."; \
	"$$python" -m venv --clear $(VENV) || { \
		echo "$$python cannot create an environment: install its venv module (on Debian: apt-get install python3-venv)." >&2; \
		rm -rf $(VENV); exit 1; }
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

run: $(STAMP) ## start the product on http://127.0.0.1:8000 (PORT=…), with the demo on the first start
	@exec $(VENV)/bin/approvals serve

test: $(STAMP) ## run all tests, on SQLite and PostgreSQL (PYTEST_ARGS=… adds options)
	@$(VENV)/bin/python -m pytest -n 2 --dist loadgroup $(PYTEST_ARGS)

bench: $(STAMP) ## measure the chain against hand-written SQL, one JSON line per database
	@$(VENV)/bin/python -m benchmarks

lint: $(STAMP) ## check style (ruff) and the types of the pure package (mypy --strict)
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/mypy --strict workflows

clean: ## remove the environment and all caches; the data stay
	@rm -rf $(VENV) .pytest_cache .ruff_cache .mypy_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
