# Footnote: `make ask` to try it, `make test` to test it, `make help` for the rest.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PLAIN := $(VENV)/.plain
STAMP := $(VENV)/.installed
PIP := $(BIN)/python -m pip install --quiet --disable-pip-version-check
# Where pip finds torch, which only other embedding models and tests need: on Linux a plain install is the CUDA build
# of several GB. README.md says how to name the index of CPU builds here.
TORCH ?= torch==2.13.0
# The samples have a library of their own: `footnote ingest FOLDER` then begins one that holds nothing else.
SAMPLES := .footnote-samples
Q ?= Who signed the Technology Prosperity Deal, and where?

RUN ?= runs/reader
MINUTES ?= 60

.DEFAULT_GOAL := help
.PHONY: help setup ask chat ingest test test-all lint check bench eval reader encoder docs lock bill clean

help: ## Show this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(PLAIN): requirements.txt pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 or newer is needed; name it with make PYTHON=…"; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Python 3.11 or newer is needed; this is $$($(PYTHON) --version). Name another with make PYTHON=…"; exit 2; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing into $(VENV) …"
	@$(PIP) --no-deps --require-hashes -r requirements.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(STAMP): $(PLAIN) requirements-dev.txt
	@echo "Installing what tests, chat models and other embedding models need …"
	@$(PIP) --no-deps --require-hashes -r requirements-dev.txt
	@$(PIP) $(TORCH)
	@touch $@

setup: $(STAMP) ## Install all extras and what the tests need, too, into .venv

ingest: $(PLAIN) ## Read documents/ into the library of the samples
	@$(BIN)/footnote ingest documents --library $(SAMPLES)

ask: ingest ## Ask the sample documents: make ask Q="…"
	@$(BIN)/footnote ask "$(Q)" --library $(SAMPLES)

chat: ingest ## Open the chat page on the sample documents
	@$(BIN)/footnote serve --library $(SAMPLES)

test: setup ## Run the tests that are not slow, and the linters
	@$(MAKE) --no-print-directory lint
	@# Hypothesis' own profile for CI: the same examples each time. Plain pytest tries new ones.
	@$(BIN)/python -m pytest -m "not slow and not browser" --hypothesis-profile=ci

test-all: test ## Run every test: slow, faults, browser
	@$(BIN)/python -m pytest -m "slow and not browser" --hypothesis-profile=ci
	@$(BIN)/python -m pytest -m browser

lint: setup ## ruff and mypy
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check --quiet .
	@$(BIN)/mypy

check: test ## The same as test

docs: setup ## Write the generated parts of docs/
	@$(BIN)/python -m bot.settings.reference

eval: setup ## Score the sample and the public sets in ../shared/eval, where present; write a report
	@$(BIN)/python -m evals.score_sets

bench: setup ## Measure speed and memory beside the yardsticks
	@$(BIN)/python -m bench.compare

reader: setup ## Train the reader again: make reader BASE=… RUN=… MINUTES=… (see training/README.md)
	@test -n "$(BASE)" || { echo "Name the folder of the base model: make reader BASE=… (training/README.md)"; exit 2; }
	@mkdir -p $(RUN)
	@test -f $(RUN)/examples.jsonl.gz || $(BIN)/python -m training.reader.data --train ../shared/train --out $(RUN)/examples.jsonl.gz
	@$(BIN)/python -m training.reader.train --examples $(RUN)/examples.jsonl.gz --base $(BASE) --out $(RUN) --minutes $(MINUTES)
	@$(BIN)/python -m training.reader.export --checkpoint $(RUN)/checkpoint.pt --base $(BASE) --out $(RUN)/onnx

ENCODER ?= runs/encoder
encoder: setup ## Train the encoder: make encoder TEACHER=… ENCODER=… MINUTES=… (see training/README.md)
	@test -n "$(TEACHER)" || { echo "Name the teacher's folder: make encoder TEACHER=… (training/README.md)"; exit 2; }
	@mkdir -p $(ENCODER)
	@test -f $(ENCODER)/sections.jsonl.gz || $(BIN)/python -m training.encoder.data \
	  --train ../shared/train --documents documents --out $(ENCODER)/sections.jsonl.gz
	@$(BIN)/python -m training.encoder.teacher --teacher $(TEACHER) \
	  --sections $(ENCODER)/sections.jsonl.gz --out $(ENCODER)/vectors.npy
	@$(BIN)/python -m training.encoder.train --minutes $(MINUTES) --out $(ENCODER) --teacher $(TEACHER) \
	  --sections $(ENCODER)/sections.jsonl.gz --vectors $(ENCODER)/vectors.npy
	@$(BIN)/python -m training.encoder.export --checkpoint $(ENCODER)/checkpoint.pt --out $(ENCODER)/model

lock: setup ## Pin every package with its hashes
	@$(BIN)/python scripts/lock.py

bill: setup ## Write bill-of-materials.json: packages, hashes, licences, in CycloneDX's form
	@$(BIN)/python scripts/bill_of_materials.py

clean: ## Remove the environment and the library of the samples; yours, .footnote, stays
	rm -rf $(VENV) $(SAMPLES)
