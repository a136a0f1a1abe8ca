# `make` alone prints the targets. Only Python 3.11 to 3.13 and make are needed: every target that
# uses the virtual environment makes it first. `check` never writes; `format` does.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ARGS ?=
KILLS ?= 200
LISTS ?= 10000
DAYS ?= 60
# Tests that share fixtures of their module stay on one worker, in the order of the random seed.
PYTEST := $(BIN)/python -m pytest -n auto --dist loadgroup --no-loadscope-reorder

.DEFAULT_GOAL := help
.PHONY: help install demo check format test test-quick stress stress-mail mutations soak lock bench docs screenshot mail-lab clean

help: ## show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP) ## the virtual environment with the living-survey command, from the lock file

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
		|| { echo "Living Survey needs Python 3.11, 3.12 or 3.13; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(STAMP)

demo: $(STAMP) ## the whole walk on bundled fictional papers, offline, in demo/
	$(BIN)/living-survey demo $(ARGS)

check: $(STAMP) ## lint, types and import contracts; writes nothing
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## let ruff format and fix
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

test: check ## check, then every test; make test ARGS="-k digest"
	$(PYTEST) $(ARGS)

test-quick: $(STAMP) ## the tests without processes, browser, kills, demo and benchmarks
	$(PYTEST) -m "not slow" $(ARGS)

stress: $(STAMP) ## 200 kills at random moments, then every row compared; make stress KILLS=50
	LIVING_SURVEY_KILLS=$(KILLS) $(BIN)/python -m pytest -n0 tests/end_to_end/test_kill.py -rP $(ARGS)

mutations: $(STAMP) ## 10,000 real lists changed at random: read, insert, restore; make mutations LISTS=300
	LIVING_SURVEY_LISTS=$(LISTS) $(PYTEST) tests/curated/test_insertion_mutated.py -rP $(ARGS)

stress-mail: $(STAMP) ## 200 kills of `mail send` over 500 recipients; make stress-mail KILLS=100
	LIVING_SURVEY_MAIL_KILLS=$(KILLS) $(BIN)/python -m pytest -n0 tests/publish/test_mail_kill.py -rP $(ARGS)

soak: $(STAMP) ## 60 simulated days with faults, reviewers, mail and kills; make soak DAYS=20
	LIVING_SURVEY_SOAK_DAYS=$(DAYS) $(BIN)/python -m pytest -n0 tests/end_to_end/test_soak.py -rP $(ARGS)

bench: $(STAMP) ## benchmarks: ratios against a named baseline
	$(BIN)/python -m benchmarks $(ARGS)

docs: $(STAMP) ## write the generated pages: docs/reference, the settings template, the picture
	$(BIN)/python -m docs.generate

screenshot: $(STAMP) ## take the pictures in docs/images from the demo (needs Chromium)
	$(BIN)/python -m docs.generate.screenshot

mail-lab: $(STAMP) ## take the pictures of a mail in docs/images from the demo (needs Chromium)
	$(BIN)/python -m docs.generate.mail_lab

lock: $(STAMP) ## pin the ranges anew into the lock files (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --group dev pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --group build -c requirements.lock pyproject.toml -o requirements-run.lock
	echo 'pandas>=3,<3.1' | uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--no-header --no-annotate --no-deps - -o tests/publish/pandas.lock
	printf 'moto[s3]>=5.2,<6\nflask\nflask-cors\n' | uv pip compile --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header --no-annotate - -o tests/learn/s3.lock

clean: ## remove the virtual environment, caches and demo/, never var/
	rm -rf $(VENV) demo .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
