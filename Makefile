# `make run` and `make test` are all a newcomer needs.
.DEFAULT_GOAL := help
.PHONY: help run test soak bench format clean

# The first that runs: a name on the PATH may be a placeholder of a version switcher for a Python that is not chosen.
PYTHON ?= $(shell for name in python3.13 python3.12 python3.11 python3; do \
	"$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo "$$name" && break; done)
VENV := .venv
BIN := $(VENV)/bin

help:
	@echo "make run      a sample company on http://127.0.0.1:8080 (PORT=… for another port)"
	@echo "make test     everything that guards the project"
	@echo "make soak     every scenario of the call centre on twenty bad days"
	@echo "make bench    what it costs, measured beside a bare handler"
	@echo "make format   put the code in shape"
	@echo "make clean    remove what was built"

run: $(VENV)/.product
	@exec $(BIN)/offhook demo

test: $(VENV)/.tests
	@echo "ruff"; $(BIN)/ruff check -q . && $(BIN)/ruff format -q --check .
	@echo "mypy, import rules"; $(BIN)/lint-imports --no-cache >build/imports.log & rules=$$!; \
		$(BIN)/mypy --no-error-summary && { wait $$rules || { cat build/imports.log; exit 1; }; }
	@echo "pytest"; $(BIN)/pytest -n auto --dist worksteal

soak: $(VENV)/.tests
	@SOAK_SEEDS=20 $(BIN)/pytest -n auto tests/scenarios

bench: $(VENV)/.tests
	@$(BIN)/python -m tests.benchmarks

format: $(VENV)/.tests
	@$(BIN)/ruff check -q --fix . ; $(BIN)/ruff format -q .

clean:
	rm -rf $(VENV) build .offhook *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# One line while it installs; the whole story is in build/install.log.
define install
	@mkdir -p build
	@$(BIN)/python -m pip install -q --disable-pip-version-check -e '$(1)' >build/install.log 2>&1 \
		|| { tail -n 20 build/install.log; echo "The installation failed: see build/install.log"; exit 1; }
	@touch $@
endef

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Offhook needs Python 3.11 or newer; none was found on the PATH."; exit 1; }
	@"$(PYTHON)" -m venv $(VENV) \
		|| { echo "No virtual environment could be made; on Debian: apt-get install python3-venv"; exit 1; }

$(VENV)/.product: pyproject.toml | $(BIN)/python
	@echo "Installing Offhook (the first time takes about a minute) …"
	$(call install,.[nlu])

$(VENV)/.tests: pyproject.toml | $(BIN)/python
	@echo "Installing what the tests need …"
	$(call install,.[dev])
	@touch $(VENV)/.product
