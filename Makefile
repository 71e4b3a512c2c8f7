PYTHON ?= python3
HOST ?= 127.0.0.1
PORT ?= 8000
BIN := .venv/bin
TEMPLATES = find config faces generator quiz texts templates -path '*templates/*.html' 2>/dev/null
PRODUCTION := DEBUG=0 SECRET_KEY=only-for-make-check-0123456789-abcdefghijklmnopqrstuvwxyz ALLOWED_HOSTS=lovers.example SITE_URL=https://lovers.example

export PYTHON HOST PORT
.PHONY: help run worker test check format bench lock python dev

help:  ## List these targets
	@sed -n 's/^\([a-z]*\):.*## /make \1	/p' Makefile

run: python  ## Serve the quiz on demo data (PORT=8000, HOST=127.0.0.1)
	@deploy/make_run.sh

worker: python  ## Draw for the pool until Ctrl-C (REDIS_URL= or a Redis of its own)
	@deploy/make_worker.sh

test: dev  ## Run the tests on SQLite, in Chromium and on PostgreSQL (ARGS= for pytest)
	@deploy/make_test.sh $(ARGS)

check: dev  ## Check style, types, templates, migrations and production settings
	@$(BIN)/ruff check --output-format concise .
	@$(BIN)/ruff format --check --output-format concise .
	@$(TEMPLATES) | xargs -r $(BIN)/djade --check
	@$(BIN)/mypy .
	@DATABASE_URL=sqlite://:memory: $(BIN)/python manage.py makemigrations --check --dry-run
	@$(PRODUCTION) $(BIN)/python manage.py check --deploy --fail-level WARNING

format: dev  ## Put code and templates into the house style
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .
	@$(TEMPLATES) | xargs -r $(BIN)/djade

bench: python  ## Run every benchmark in bench/
	@deploy/make_venv.sh bench
	@set -e; for script in bench/[!_]*.py; do echo "== $$script"; $(BIN)/python "$$script"; done

lock: dev  ## Renew constraints.txt from pyproject.toml
	@$(BIN)/python deploy/make_lock.py

python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
		{ echo "Python 3.11 or newer is needed, and $(PYTHON) is not that: name one with PYTHON=" >&2; exit 1; }

dev: python
	@deploy/make_venv.sh dev
