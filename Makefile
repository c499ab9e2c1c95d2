# Everything a checkout needs: `make demo` and `make test` set up what is missing and then do their work.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: help setup demo test search test-pi test-pi-if-possible bench lint lock system-demo system-test clean

help:
	@echo "make demo    see it work on this machine: kiosk, broker and hub (Ctrl-C ends it)"
	@echo "make test    lint, unit, journey and browser tests"
	@echo "make search  property tests with new examples, five times"
	@echo "make test-pi the Raspberry Pi's platform without one: needs root on Debian (docs/platform.md)"
	@echo "make bench   the figures on the README"
	@echo "make setup   all of the set-up, nothing else"
	@echo "make lint    ruff, mypy, import-linter"
	@echo "make lock    resolve requirements.lock anew"

setup: system-test $(STAMP) photos

demo: system-demo $(STAMP) photos
	@$(BIN)/presensi demo $(DEMO)

# Several at once (tests/conftest.py says how many); one file's tests stay together, for they share servers, and the files
# begin in the order of the collection. What is compiled is kept: the workers and the journeys' processes load it often.
PYTEST_AT_ONCE = --numprocesses auto --dist loadfile --no-loadscope-reorder
test: system-test $(STAMP) lint
	@env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest $(PYTEST_AT_ONCE) $(TESTS)

# What fails here goes into its test as an example of its own.
search: system-test $(STAMP)
	@for round in 1 2 3 4 5; do PRESENSI_SEARCH=1 $(BIN)/python -m pytest $(PYTEST_AT_ONCE) -m hypothesis $(TESTS) || exit 1; done

# Two Debian Trixie roots in the cache: one for this processor with a virtual camera, one for a Pi's, emulated.
test-pi: $(STAMP) photos
	@$(BIN)/python -m tests.pi.run

# The same; a machine that cannot make the roots says why in one line, and that is no failure.
test-pi-if-possible: $(STAMP)
	@$(BIN)/python -m tests.pi.run --if-possible

bench: $(STAMP) photos
	@$(BIN)/presensi bench recognizer
	@$(BIN)/presensi bench walkup
	@$(BIN)/python -m benchmarks.ingest

lint: $(STAMP)
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

system-demo:
	@PYTHON=$(PYTHON) sh provisioning/setup.sh demo

system-test:
	@PYTHON=$(PYTHON) sh provisioning/setup.sh test

.PHONY: photos
photos: $(STAMP)
	@$(BIN)/python -m provisioning.demo_photos

# pip checks every file against the lock; the reference library comes without its own requirements (see setup.cfg).
$(STAMP): setup.cfg pyproject.toml requirements.lock requirements-reference.lock
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing pinned packages into $(VENV) (the first time takes a minute or two)"
	@$(BIN)/pip install --quiet --require-hashes -r requirements.lock
	@$(BIN)/pip install --quiet --no-deps --require-hashes -r requirements-reference.lock
	@$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

# One resolution for x86-64 and aarch64, Python 3.11 to 3.13; what a kiosk or a hub installs is a part of it.
COMPILE = $(BIN)/uv pip compile --quiet setup.cfg --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-header
lock:
	@test -x $(BIN)/uv || $(BIN)/pip install --quiet uv
	@$(COMPILE) --all-extras --output-file requirements.lock
	@$(COMPILE) --extra kiosk --constraint requirements.lock --output-file requirements-kiosk.lock
	@$(COMPILE) --extra hub --constraint requirements.lock --output-file requirements-hub.lock
	@$(BIN)/python -m tests.pi.wheels record

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache *.egg-info
