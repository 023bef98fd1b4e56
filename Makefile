# Everything from a fresh machine: `make demo` shows the pipeline at work, `make test` checks it.
# What must be there: Python 3.11 to 3.13 with venv, and, unless you are root on Debian or Ubuntu, Java 21 or
# newer and Maven.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup demo test browser prometheus screenshots unit long fuzz chaos soak lint bench growth peers train-entities eval-entities train-topics eval-topics lock schemas released upgrade-test licences sbom audit deploy-tools image-check clean

PYTHON ?= $(shell for p in python3 python3.11 python3.12 python3.13; do \
	$$p -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' 2>/dev/null && echo $$p && break; done)
BIN := .venv/bin
# Tests of one file stay together; each process has a Kafka and an Elasticsearch of its own.
# One more than there are cores: those that wait for services leave theirs to others.
# A process that dies ends the run: where one takes its place, xdist 3.8 may wait for ever (its issue 1378).
SPREAD := --numprocesses=$(shell n=$$(nproc 2>/dev/null || echo 2); echo $$(( n < 4 ? n + 1 : 4 ))) --dist=loadfile --max-worker-restart=0

# An environment of its own: $(1) in $(2), locked by $(3); what it lacks is the project's.
define beside
@echo "Installing $(1) in $(2) ..."
@rm -rf $(2)
@$(BIN)/python -m venv $(2)
@$(2)/bin/pip install --quiet --disable-pip-version-check --require-hashes -r $(3)
@$(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' > \
	"$$($(2)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/newswire.pth"
@touch $@
endef

help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

setup: .venv/ready ## Make the virtual environment with the locked dependencies

.venv/ready: requirements/dev.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "error: no Python of 3.11 to 3.13 found; install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; }
	@echo "Setting up .venv with $$($(PYTHON) --version) ..."
	@$(PYTHON) -m venv .venv || { echo "error: $(PYTHON) cannot make a virtual environment; on Debian and Ubuntu install python3-venv" >&2; exit 1; }
	@$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: setup ## Start everything, feed sample articles, search them
	@$(BIN)/newswire demo

test: setup lint browser prometheus ## Check everything, end to end on a real Kafka and a real Elasticsearch
	@$(BIN)/newswire up --fetch-only
	@$(BIN)/pytest -q --durations=30 $(SPREAD)

browser: setup ## Install what the browser tests need: Chromium (as root on Debian or Ubuntu), axe-core
	@$(BIN)/python -m tests.web.browser

prometheus: setup ## Unpack what the tests of metrics and alerts need: Prometheus, from Debian's or Ubuntu's packages
	@$(BIN)/python -m tests.monitoring.programs

screenshots: browser ## Take the pictures of the web page in docs/img anew
	@$(BIN)/newswire up --fetch-only
	@$(BIN)/python -m tests.web.screenshots

unit: setup lint ## Check what needs no services
	@$(BIN)/pytest -m 'not services' $(SPREAD)

long: setup ## Try every format on ten thousand inputs for each property (an hour or so)
	@$(BIN)/pytest -q -m 'not services' --hypothesis-profile=long --timeout=3600 tests/formats

fuzz: var/fuzz/ready ## Fuzz all that reads strangers' bytes, ten minutes each by Atheris and by Hypothesis (hours)
	@$(BIN)/python -m tests.fuzzing

var/fuzz/ready: .venv/ready tests/fuzzing/requirements.txt
	$(call beside,Atheris,var/fuzz,tests/fuzzing/requirements.txt)

chaos: setup ## Kill, freeze, refuse and poison in every way, and count what is lost (an hour); table in var/chaos.md
	@$(BIN)/newswire up --fetch-only
	@rm -f var/chaos.md
	@CHAOS_REPORT=$${CHAOS_REPORT:-var/chaos.md} $(BIN)/pytest -v -m 'services or chaos' -k 'not few_articles' tests/chaos tests/cluster

soak: setup ## Send 100,000 articles through and see that no process grows (an hour); curves in var/soak
	@$(BIN)/newswire up --fetch-only
	@$(BIN)/python -m bench.soak

lint: setup ## Check style, types, and that this version runs beside the last release
	@$(BIN)/ruff format --check --quiet
	@$(BIN)/ruff check --quiet
	@$(BIN)/mypy
	@$(BIN)/python -m pipeline.evolution

bench: setup ## Measure articles a second, seconds to searchable, a worker's start, and what reading each format costs
	@$(BIN)/newswire up --fetch-only
	@$(BIN)/python -m bench.end_to_end
	@$(BIN)/python -m bench.startup
	@$(BIN)/python -m bench.formats

growth: setup ## Measure what an article costs with more in the index, more partitions and workers (three quarters of an hour)
	@$(BIN)/newswire up --fetch-only
	@$(BIN)/python -m bench.growth

peers: var/peers/ready ## Measure beside QuixStreams, Bytewax, FastStream and the bare clients (three quarters of an hour)
	@$(BIN)/newswire up --fetch-only
	@$(BIN)/python -m bench.peers

# Their own packages come first; what they lack, spaCy above all, is the project's.
var/peers/ready: .venv/ready bench/peers/requirements.txt
	$(call beside,the peers,var/peers,bench/peers/requirements.txt)

# LANG comes from the shell as well, where it means something else.
ifeq ($(origin LANG),command line)
LANGUAGE := $(LANG)
endif
DATA ?= ../shared/data

train-entities: setup ## Fit the entity model of LANG=fr (xx: of all languages) to the corpora in DATA
	@test -n "$(LANGUAGE)" || { echo "error: say which language: make train-entities LANG=fr" >&2; exit 1; }
	@$(BIN)/python -m training.entities.train --language $(LANGUAGE) --data $(DATA) \
		--out pipeline/enrich/models/$(LANGUAGE)_entities

eval-entities: setup ## Measure the entity models on the corpora in DATA (LANG=fr: one); docs/quality.md, model cards
	@mkdir -p var
	@$(BIN)/python -m training.entities.evaluate --data $(DATA) $(if $(LANGUAGE),--languages $(LANGUAGE),--out docs/quality.md) \
		--json var/quality.json --cards

train-topics: setup ## Fit the topic models (LANG=fr: that one) to the corpora in DATA (an hour)
	@$(BIN)/python -m training.topics.train $(if $(LANGUAGE),--language $(LANGUAGE)) --data $(DATA) \
		--out pipeline/enrich/models

eval-topics: setup ## Measure the topic models on the corpora in DATA (an hour); docs/quality.md, model cards
	@mkdir -p var
	@$(BIN)/python -m training.topics.evaluate --data $(DATA) --out docs/quality.md --json var/topics.json --cards

lock: ## Lock the dependencies anew (needs uv)
	uv pip compile pyproject.toml -q --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--python-version 3.11 --universal --upgrade -o requirements/run.txt
	uv pip compile pyproject.toml -q --group dev --group train --generate-hashes --no-emit-index-url --no-header \
		--no-annotate --python-version 3.11 --universal -c requirements/run.txt -o requirements/dev.txt
	echo hatchling | uv pip compile - -q --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--python-version 3.11 --universal -c requirements/dev.txt -o requirements/build.txt
	uv pip compile bench/peers/requirements.in -q --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--python-version 3.11 --upgrade -o bench/peers/requirements.txt
	uv pip compile tests/fuzzing/requirements.in -q --generate-hashes --no-emit-index-url --no-header --no-annotate \
		--python-version 3.11 --upgrade -o tests/fuzzing/requirements.txt

schemas: setup ## Write schemas/ from the message types
	@$(BIN)/python -m pipeline.schema

released: setup ## Keep schemas/ as those of the version in pyproject.toml, which is about to be released
	@$(BIN)/python -m pipeline.evolution release

upgrade-test: setup ## Run workers of OLD=<commit> beside ours, roll to ours and back, and count (five minutes)
	@test -n "$(OLD)" || { echo "error: say which version: make upgrade-test OLD=<commit or tag>" >&2; exit 1; }
	@$(BIN)/newswire up --fetch-only
	@$(BIN)/python -m tests.evolution.upgrade $(OLD)

licences: setup ## Write docs/licences.md from the packages' metadata and the models' cards
	@$(BIN)/python -m deploy.shipped licences

audit: setup ## Compare what is locked with the published advisories (needs pypi.org); fails where it cannot
	@$(BIN)/pip-audit --disable-pip --require-hashes --strict -r requirements/run.txt

sbom: setup ## Write the bill of materials (CycloneDX) to dist/sbom.json
	@$(BIN)/python -m deploy.shipped sbom

deploy-tools: setup ## Build what checks deploy/ to the end: helm, compose-go, KEDA's schema (needs Go, a minute or more)
	@$(BIN)/python -m tests.deploy.programs

image-check: setup ## Carry out the Dockerfile in a clean Debian and start its commands (root, debootstrap, running services)
	@$(BIN)/python -m tests.deploy.replay

clean: ## Remove the virtual environment and the embedded services' data (not the fetched programs)
	@if [ -x $(BIN)/newswire ]; then $(BIN)/newswire down; fi
	rm -rf .venv var
