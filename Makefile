# Two commands: `make demo` and `make test`. Each makes .venv first when it is missing or the pins have changed.
# Another interpreter: make test PYTHON=python3.12

PYTHON ?= python3
# Two test processes at once, a file or class each: what the tests of one file share is made once.
SPREAD := -n 2 --dist loadscope
BIN := .venv/bin
# Named by the Python asked for, so that asking for another one makes the environment anew.
READY := .venv/.ready-$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null)

.PHONY: help setup demo test lint bench bundle bundle-windows

help: ## list the targets
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile

setup: $(READY) ## make .venv with the pinned versions

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
	  echo "villagesim needs Python 3.11 or later; '$(PYTHON)' is $$($(PYTHON) --version 2>&1 | head -n 1)." >&2; \
	  echo "Name another one, for example: make setup PYTHON=python3.12" >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
	  echo "'$(PYTHON)' has no venv module; on Debian and Ubuntu it comes with: apt install python3-venv" >&2; exit 1; }
	@echo "Making .venv with $$($(PYTHON) --version) and the versions of constraints.txt (once, a minute or so) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[test]'
	@touch $@

demo: setup ## compare the shipped scenarios on the default county; the report goes to results/demo
	$(BIN)/village demo

test: lint ## check style and types, run every test, run the compiled kernels again with array bounds checked
	$(BIN)/python -m pytest $(SPREAD)
	NUMBA_BOUNDSCHECK=1 $(BIN)/python -m pytest $(SPREAD) -m bounds

lint: setup ## style and types
	$(BIN)/python -m ruff check
	$(BIN)/python -m mypy
	$(BIN)/python -m mypy --platform win32 --cache-dir .mypy_cache/win32

bench: setup ## measure speed and memory
	$(BIN)/village bench

bundle: setup ## build a folder that runs offline, dist/villagesim-linux, and its .tar.gz, and say their sizes
	rm -rf dist/villagesim-linux dist/villagesim-linux.tar.gz
	$(BIN)/python bundle/build.py dist/villagesim-linux
	tar -C dist -czf dist/villagesim-linux.tar.gz villagesim-linux
	@du -h --apparent-size dist/villagesim-linux.tar.gz

bundle-windows: setup ## build the folder for Windows, dist/villagesim-windows, and its .zip, and say their sizes
	rm -rf dist/villagesim-windows dist/villagesim-windows.zip
	$(BIN)/python bundle/for_windows.py dist/villagesim-windows
	cd dist && ../$(BIN)/python -m zipfile -c villagesim-windows.zip villagesim-windows
	@du -h --apparent-size dist/villagesim-windows.zip
