# Every target makes its own environment in .venv and reuses it while the lock is unchanged.
PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3.13 python3 python 2>/dev/null))
VENV ?= .venv
BIN := $(VENV)/$(if $(filter Windows_NT,$(OS)),Scripts,bin)
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check
READY := $(VENV)/.ready
STAMP := $(VENV)/.installed

.DEFAULT_GOAL := help
.PHONY: help install demo run test check format bench lock clean

help: ## show the targets
	@sed -n 's/^\([a-z]*\):.*## /  make \1	/p' $(MAKEFILE_LIST)

# The bot itself, as `bystander`, and what it needs to run: quick, so that the demo shows within a minute.
$(READY): requirements/run.lock requirements/build.lock pyproject.toml
	@echo "Preparing $(VENV) (once) ..."
	@$(PYTHON) -m venv $(VENV)
	@$(PIP) install --require-hashes -r requirements/run.lock -r requirements/build.lock
	@$(PIP) install --no-deps --no-build-isolation -e .
	@touch $(READY)

$(STAMP): requirements/dev.lock | $(READY)
	@echo "Installing what the tests need (once) ..."
	@$(PIP) install --require-hashes -r requirements/dev.lock
	@touch $(STAMP)

install: $(READY) ## put the bot into .venv, as .venv/bin/bystander
	@echo "Ready: $(BIN)/bystander"

demo: $(READY) ## watch a sample blog and talk to the bot on this terminal
	@$(BIN)/bystander demo $(ARGS)

run: $(READY) ## run the bot with ./config.toml
	@$(BIN)/bystander run $(ARGS)

# More workers than cores: most tests wait for something. Idle ones take over what others have left.
WORKERS ?= auto
# A database in memory need not wait for the disk at each commit; a process that is killed loses nothing there.
# The folder is open to other users, as /tmp is: some tests become one of them.
MEMORY := $(shell test -w /dev/shm && test "$$(df -Pk /dev/shm | awk 'END { print $$4 }')" -gt 2000000 && echo /dev/shm)
# Compiled modules are kept, also where the environment says otherwise: each worker would rewrite the assertions
# of all tests anew, and each bot that a test starts would compile its own source.
test: export PYTHONDONTWRITEBYTECODE :=
test: $(STAMP) ## all tests
	@folder=$$(mktemp -d "$(or $(MEMORY),$${TMPDIR:-/tmp})/bystander-tests.XXXXXX") && \
		chmod 755 "$$folder" && \
		trap 'rm -rf "$$folder"' EXIT && trap 'exit 130' INT TERM && \
		TMPDIR=$$folder $(BIN)/python -m pytest -n $(WORKERS) --dist worksteal --durations 10 $(ARGS)

check: $(STAMP) ## lint, format and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

format: $(STAMP) ## put the code into the house's format
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: $(STAMP) ## figures, each a ratio against something measured in the same run; PEERS=1: also beside a peer
	@PEERS=$(PEERS) $(BIN)/python -m bench $(ARGS)

lock: $(STAMP) ## refresh requirements/*.lock (needs the network)
	@$(PYTHON) -m venv $(VENV)-lock && $(VENV)-lock/bin/pip --quiet install 'uv>=0.5'
	@$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links --upgrade pyproject.toml -o requirements/run.lock
	@$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links --upgrade --group dev pyproject.toml -o requirements/dev.lock
	@$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links --upgrade --extra postgres -c requirements/dev.lock \
		pyproject.toml -o requirements/postgres.lock
	@$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links --upgrade --group build -c requirements/dev.lock \
		-o requirements/build.lock
	@$(VENV)-lock/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--no-emit-index-url --no-emit-find-links --upgrade --group install -o requirements/install.lock
	@rm -rf $(VENV)-lock

clean: ## remove what the targets made
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis
