# Banso: `make run` and `make test` do all set-up on a fresh Debian 12 with git, make, python 3.11 and node 20.
SHELL := /bin/bash
PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
VENV_STAMP := var/stamps/venv-$(shell sha256sum requirements-dev.txt 2>/dev/null | cut -c1-12)
NPM_STAMP := var/stamps/npm-$(shell sha256sum pwa/package-lock.json 2>/dev/null | cut -c1-12)
PWA_SOURCES := $(shell find pwa/src pwa/build pwa/public services/contracts -type f \( -name '*.ts' -o -name '*.tsx' -o -name '*.css' -o -name '*.json' -o -name '*.svg' -o -name '*.png' -o -name '*.webmanifest' -o -name '*.graphql' \) 2>/dev/null | grep -v generated/) pwa/index.html pwa/vite.config.ts
export PYTHONDONTWRITEBYTECODE = 1
LOCK_IS_FREE = $(PYTHON) -c "import fcntl, os, pathlib; p = pathlib.Path(os.environ.get('BANSO_VAR_DIR', 'var')); \
  p.mkdir(parents=True, exist_ok=True); fcntl.flock(open(p / 'run.lock', 'a'), fcntl.LOCK_EX | fcntl.LOCK_NB)" 2>/dev/null
.PHONY: help run ready test check schema seed rebuild-bus rebuild-reporting verify-access-log chaos chaos-mutants chaos-long queue-kills clean browser compiler

help: ## what can be done here
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 20

# The lock comes before what `ready` would change under a running installation: its packages and its served screens.
run: ## start everything with demo data; Ctrl-C stops it
	@$(LOCK_IS_FREE) || { echo "すでに動いています。何も変えていません。 / Already running; nothing was changed. → http://localhost:$${BANSO_PORT_BASE:-8080}"; exit 3; }
	@$(MAKE) --no-print-directory ready
	@exec $(PY) -m infra.run

ready: $(VENV_STAMP) pwa/dist/index.html
	@:

test: $(VENV_STAMP) browser compiler pwa/dist/index.html ## every suite, browser included
	@$(MAKE) --no-print-directory check
	@cd pwa && npm test
	@$(PY) -m pytest

check: $(VENV_STAMP) $(NPM_STAMP) ## lint, types, import rules, generated files = committed files
	$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	cd pwa && npm run --silent typecheck
	@$(PY) -m infra.check_generated

schema: $(VENV_STAMP) $(NPM_STAMP) ## write everything that is generated
	@$(PY) -m services.contracts.generate
	@$(PY) -m gateway.graphql.export_schema
	@$(PY) -m gateway.graphql.trusted
	@cd pwa && npm run --silent codegen

seed: $(VENV_STAMP) ## demo data into the running installation
	@$(PY) -m infra.seed

rebuild-bus: $(VENV_STAMP) ## make Kafka again from the outboxes (after a restore)
	@$(PY) -m infra.rebuild_bus

rebuild-reporting: $(VENV_STAMP) ## make the statistics again from the first event, and compare
	@$(PY) -m infra.rebuild_reporting

verify-access-log: $(VENV_STAMP) ## compare the access logs with their copy, and name every difference
	@$(PY) -m infra.verify_access_log

chaos: $(VENV_STAMP) compiler ## the fast profile: work under every kind of fault, judged (part of `make test`)
	@$(PY) -m pytest -q -s tests/chaos/test_fast_profile.py tests/chaos/test_checker.py

chaos-mutants: $(VENV_STAMP) compiler ## ten planted faults, each in a scratch copy: the judge must see every one
	@$(PY) -m tests.chaos.mutants.run

chaos-long: $(VENV_STAMP) compiler ## rounds of faults by chance for SECONDS=… (600); KEEP=1 adds their counts to docs/chaos-ledger.jsonl
	@$(PY) -m tests.chaos.long --seconds $(or $(SECONDS),600) $(if $(KEEP),--keep)

queue-kills: $(VENV_STAMP) browser ## a tablet's queue of 10,000 under 100 kills of its browser (about a quarter of an hour)
	@BANSO_QUEUE=10000 BANSO_QUEUE_KILLS=100 $(PY) -m pytest -q -s --timeout 3600 tests/chaos/test_queue_kills.py

clean: ## forget all local state (not the downloaded parts); stop `make run` first
	@$(LOCK_IS_FREE) || { echo '動いています。先に止めてください / make run is running; stop it first.'; exit 1; }
	@for f in var/*.location; do [ -e "$$f" ] && rm -rf "$$(cat $$f)"; done; true
	@rm -rf var/postgres var/kafka var/log var/run var/secrets var/test var/*.location pwa/dist

browser:
	@if [ ! -x /usr/bin/chromium ] || ! dpkg -s fonts-noto-cjk >/dev/null 2>&1; then \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-noto-cjk >/dev/null; \
	  else echo 'ブラウザの試験には chromium と fonts-noto-cjk が要ります / please run: sudo apt-get install chromium fonts-noto-cjk'; exit 1; fi; fi

compiler: # of tests/chaos/faults/clock.c
	@if ! command -v cc >/dev/null 2>&1; then \
	  if [ "$$(id -u)" = 0 ]; then apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends gcc libc6-dev >/dev/null; \
	  else echo '時計の試験には gcc が要ります / please run: sudo apt-get install gcc libc6-dev'; exit 1; fi; fi

$(VENV_STAMP): requirements-dev.txt
	@mkdir -p var/stamps; rm -f var/stamps/venv-*
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo 'Python 3.11 以上が要ります / Python 3.11 or newer is needed'; exit 1; }
	@$(PYTHON) -c 'import ensurepip' 2>/dev/null || { if [ "$$(id -u)" = 0 ]; then apt-get update -qq && apt-get install -y -qq python3-venv >/dev/null; \
	  else echo 'please run: sudo apt-get install python3-venv'; exit 1; fi; }
	@echo 'Python の部品を入れています / installing Python packages …'
	@[ -x $(PY) ] && $(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@$(PY) -m pip install -q --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

$(NPM_STAMP): pwa/package-lock.json
	@mkdir -p var/stamps; rm -f var/stamps/npm-*
	@echo '画面の部品を入れています / installing the screens'"'"' packages …'
	@cd pwa && npm ci --silent --no-audit --no-fund
	@touch $@

pwa/dist/index.html: $(NPM_STAMP) $(PWA_SOURCES)
	@echo '画面を作っています / building the screens …'
	@cd pwa && npm run --silent build
	@touch $@
