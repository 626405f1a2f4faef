# One environment in .venv, made from nothing but Python; every target sets up what it needs.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
NODE   := .node/.ready

.PHONY: demo test check lint types imports conformance bench generate clean

$(READY): pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '.[dev]'
	@touch $@

# mongosh and tsc read what we write for them; without npm the tests that need them are skipped, in CI they fail.
$(NODE): tests/node/package.json
	@mkdir -p .node && cp tests/node/package.json .node/
	@if command -v npm >/dev/null; then npm install --prefix .node --no-package-lock --no-audit --no-fund --silent; fi
	@touch $@

demo: $(READY)            ## Design the blog, prove it on the engines that come along, and say where to look.
	@tools/mongod-libraries.sh
	$(BIN)/groundplan design examples/blog.plan.yaml --target both --out demo-out

test: $(READY) $(NODE)    ## All tests, on a PostgreSQL and a mongod of their own.
	@tools/mongod-libraries.sh
	$(BIN)/pytest -n auto

lint: $(READY)
	$(BIN)/ruff check src tests bench tools
	$(BIN)/ruff format --check src tests bench tools

types: $(READY)
	$(BIN)/mypy

imports: $(READY)
	$(BIN)/lint-imports

check: lint types imports test   ## What CI runs.

conformance: $(READY)     ## The outside cases in full, where they are at hand.
	$(BIN)/pytest -n auto -m conformance

bench: $(READY)           ## Time the main jobs, and document designs against each other; write bench/RESULTS.md.
	@tools/mongod-libraries.sh
	@status=0; for each in run documents coefficients; do $(BIN)/python bench/$$each.py || status=1; done; exit $$status

generate: $(READY)        ## Write what is generated from code: JSON Schemas, the language reference, command pages.
	$(BIN)/python tools/generate.py

clean:
	rm -rf $(VENV) .node demo-out
