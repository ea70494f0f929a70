# Python 3.11 or later, pip and make are all that is needed.
PYTHON ?= $(firstword $(foreach python,python3 python3.13 python3.12 python3.11,$(shell \
	$(python) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $(python))))
VENV := .venv
BIN := $(VENV)/bin

.PHONY: run test check prove bench lock clean

run: $(VENV)/.run  ## start everything; Ctrl-C stops it
	@exec $(BIN)/python -m doublex.run

test: $(VENV)/.dev  ## the whole suite, on a PostgreSQL of its own
	$(BIN)/python -m pytest -n 2 --cov --cov-report=term-missing -m 'not prove'

check: $(VENV)/.dev  ## linters, types, layers, deployment checks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy doublex ledger fx eod recon bench locustfiles clients/python/src tests manage.py
	$(BIN)/lint-imports
	SECRET_KEY=$$($(BIN)/python -c 'import secrets; print(secrets.token_hex(32))') \
		DATABASE_URL=postgres://nobody@127.0.0.1:1/none ALLOWED_HOSTS=ledger.example \
		$(BIN)/python manage.py check --deploy --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run --skip-checks

prove: $(VENV)/.dev  ## the slow proofs: browser, crash, growth
	$(BIN)/python -m pytest -m prove -p no:xdist

bench: $(VENV)/.dev  ## speed under contention: minutes; SHORT=1 is quicker, GROWTH=1 adds five million legs
	$(BIN)/python -m bench

lock: $(VENV)/.dev  ## renew the lock files
	$(BIN)/pip install -q uv
	for name in requirements requirements-dev; do \
		$(BIN)/uv pip compile -q --universal --generate-hashes --no-header --no-emit-index-url --no-strip-extras \
			--python-version 3.11 $$name.in -o $$name.lock; done

clean:  ## forget the virtual environment; the data folder stays
	rm -rf $(VENV)

$(VENV)/bin/python:
	@test -n "$(PYTHON)" || { echo "DoubleX needs Python 3.11 or later, and found none." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); $(PYTHON) -m pip install -q --user virtualenv \
		&& $(PYTHON) -m virtualenv -q $(VENV); }

$(VENV)/.run: requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@touch $@

$(VENV)/.dev: requirements-dev.lock requirements.lock | $(VENV)/bin/python
	$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@touch $@ $(VENV)/.run
