# make PYTHON=python3.13 test    uses another Python, in a virtual environment of its own

PYTHON ?= python3
VENV := $(if $(filter python3,$(notdir $(PYTHON))),.venv,.venv-$(notdir $(PYTHON)))
BIN := $(VENV)/bin
QUICK := tests/test_architecture.py tests/test_docs.py tests/test_examples.py $(wildcard tests/unit tests/transcripts tests/properties)
TESTS := tests --ignore tests/bench --ignore tests/integrations
PYTEST := $(BIN)/python -m pytest -n 3 --dist loadfile

# The programs that the examples are for; another one: HOMEASSISTANT=homeassistant==VERSION.
INTEGRATIONS := .integrations
HOMEASSISTANT ?= homeassistant==2025.4.4
HASS_PYTHON ?= $(firstword $(wildcard $(HOME)/.pyenv/versions/3.13.*/bin/python3.13) python3.13)
HASS := $(INTEGRATIONS)/$(subst ==,-,$(HOMEASSISTANT))/bin/hass
NODE_RED := $(INTEGRATIONS)/node-red/node_modules/.bin/node-red

.PHONY: help setup demo check test test-integrations chaos bench docs lint mosquitto nginx chromium

help:  ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 24

setup: $(VENV)/.tested  ## everything to work on smsmqtt, in .venv

demo: $(VENV)/.runs  ## broker, simulated gateway and daemon, nothing to configure
	@$(BIN)/smsmqtt demo

check: lint  ## format, lint, types, architecture, documents, unit tests; under 30 s
	$(PYTEST) $(QUICK)

test: lint mosquitto nginx chromium  ## check, and everything else: real store, broker and processes
	$(PYTEST) $(TESTS)

test-integrations: $(VENV)/.tested $(NODE_RED) $(HASS) mosquitto  ## the examples in a real Node-RED and a real Home Assistant
	SMSMQTT_NODE_RED=$(NODE_RED) SMSMQTT_HASS=$(HASS) $(BIN)/python -m pytest tests/integrations

chaos: $(VENV)/.tested mosquitto  ## faults at every checkpoint, seeded
	SMSMQTT_CHAOS=full $(BIN)/python -m pytest tests/chaos

bench: $(VENV)/.tested mosquitto  ## memory, start-up time, throughput
	$(BIN)/python -m pytest -s tests/bench

docs: $(VENV)/.tested  ## write what is generated; are the documents complete?
	$(BIN)/python -m smsmqtt.cli.manual > docs/COMMANDS.md
	PYTHONPATH=tests $(BIN)/python -m support.credit_page
	$(BIN)/python -m pytest tests/test_docs.py

lint: $(VENV)/.tested
	$(BIN)/ruff format --check smsmqtt tests
	$(BIN)/ruff check smsmqtt tests
	$(BIN)/mypy smsmqtt

mosquitto:
	@tools/need mosquitto sh -c 'PATH=$$PATH:/usr/sbin command -v mosquitto'

nginx:
	@tools/need nginx sh -c 'PATH=$$PATH:/usr/sbin command -v nginx' || echo "tests behind nginx are skipped"

chromium:
	@tools/need chromium chromium --version

$(NODE_RED):
	@tools/need npm npm --version
	npm install --silent --prefix $(INTEGRATIONS)/node-red node-red@4

$(HASS):
	@$(HASS_PYTHON) -c 'import ensurepip' || \
	  { echo "Home Assistant needs Python 3.13; type: make test-integrations HASS_PYTHON=PATH"; exit 1; }
	$(HASS_PYTHON) -m venv $(@:/bin/hass=)
	$(@D)/pip install --quiet --disable-pip-version-check $(HOMEASSISTANT) 'paho-mqtt>=2.1,<3'

# The stamps: what is installed follows setup.cfg. The demo needs less than the tests do, and is there sooner.

$(VENV)/.runs: setup.cfg pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || \
	  { echo "smsmqtt needs Python 3.11 or newer; with another one type: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	@tools/need python3-venv $(PYTHON) -c 'import ensurepip, venv'
	@echo "setting up $(VENV): about half a minute"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[demo,serial,http]'
	@touch $@

$(VENV)/.tested: $(VENV)/.runs
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --editable '.[test,demo,serial,http]'
	@touch $@
