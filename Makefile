.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
# Two processes, each with servers of its own and whole files of tests.
WORKERS ?= -n 2 --dist loadfile
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
LOCK := $(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock"
export PYTHONPATH := $(CURDIR)

.PHONY: help install lock run up down token sample docs fmt check test faults

help: ## what each target does
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*##/\t/' | expand -t 14

install: $(STAMP) ## make .venv with the locked packages

$(STAMP): requirements/bootstrap.txt requirements/dev.txt pyproject.toml
	@echo "installing the locked packages into $(VENV) (once, about a minute)"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r requirements/bootstrap.txt
	@$(BIN)/uv pip sync -q --require-hashes requirements/dev.txt
	@touch $@

lock: ## resolve pyproject.toml into requirements/*.txt anew
	echo "uv" | $(BIN)/uv pip compile -q - --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-emit-find-links --custom-compile-command "make lock" -o requirements/bootstrap.txt
	$(LOCK) -o requirements/runtime.txt
	$(LOCK) --extra dev -c requirements/runtime.txt -o requirements/dev.txt

run: install ## everything on this machine with 200 sample households; ctrl-C ends it
	@$(BIN)/python -m deploy.local run

up: install ## start the stack in the background, return when it is ready
	@$(BIN)/python -m deploy.local up

down: install ## stop what `make up` started; the data stay
	@$(BIN)/python -m deploy.local down

token: install ## print a token (SCOPES="customers:read …" STORES="330 …" narrow it)
	@SCOPES="$(SCOPES)" STORES="$(STORES)" $(BIN)/python -m deploy.local token

sample: install ## load the whole sample through the REST import, close each month, wait for the scores
	@$(BIN)/python -m deploy.sample

docs: install ## write the generated documents anew
	@$(BIN)/python -m deploy.documents

fmt: install ## format and mend what the linter can
	@$(BIN)/ruff format -q . && $(BIN)/ruff check -q --fix .

check: install ## format, lint, types, import contracts, drift of generated files
	@$(BIN)/ruff format --check . && $(BIN)/ruff check . && $(BIN)/mypy && $(BIN)/lint-imports \
		&& $(BIN)/python -m deploy.documents --check

test: install ## everything, on real PostgreSQL and Kafka (ARGS="-k C07" narrows it)
	@$(BIN)/python -m pytest $(WORKERS) $(ARGS)

faults: install ## the long fault injections
	@$(BIN)/python -m pytest -m faults $(ARGS)
