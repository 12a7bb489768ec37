# make demo        real cases live through 72 hours, in seconds
# make test        the tests that prove the rules and the service, in three minutes
#                  TESTS=tests/domain all of these, and only these
#                  Those in a browser need chromium-headless-shell or, twice as slow, Chromium.
# make test-all    every test, as CI runs them: with what tests/kept_for_all.py lists
# make dev         a server, its Web UI and a worker, until Ctrl-C
#                  IN=.demo shows what make demo left
# make walk        every sequence of events up to a depth, checked: writes tests/walk.md
# make mutants     is every rule of the domain held by a test? tests/domain/mutants.md
# make check       format, lint, types, import rules
# make bench       all that is measured, into experiments/benchmarks/performance.md:
#                  some 40 minutes of a quiet machine
#                  CASES=500 opens fewer; PARTS="case many" measures and prints only these
# make faults      what faults do to it, into experiments/faults/faults.md: some fifteen minutes
# make messages    what the page says, anew into the catalogs of its languages
# make licences    what the licences are of what the service runs on, into deploy/licences.md
# make lock        the requirements anew, after a change of pyproject.toml

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo dev test test-all walk mutants bench faults messages check licences lock clean

demo: $(VENV)/run.stamp
	$(BIN)/python -m examples.demo

dev: $(VENV)/run.stamp
	$(BIN)/python worker.py --dev $(IN)

# Else every process of the tests compiles the code anew: 5 s each.
unexport PYTHONDONTWRITEBYTECODE
PYTEST = $(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

test: $(VENV)/dev.stamp
	$(PYTEST) $(or $(TESTS),--without-kept)

test-all: $(VENV)/dev.stamp
	$(PYTEST)

walk: $(VENV)/dev.stamp
	$(BIN)/python -m tests.walk

mutants: .mutants/tool.stamp
	PATH="$(CURDIR)/.mutants/bin:$$PATH" mutmut run --max-children 2
	.mutants/bin/mutmut results

bench: $(VENV)/dev.stamp
	CASES=$(CASES) $(BIN)/python -m experiments.benchmarks $(PARTS)

faults: $(VENV)/dev.stamp
	$(BIN)/python -m experiments.faults

MESSAGES = .state/page.pot

messages: $(VENV)/dev.stamp
	@mkdir -p $(dir $(MESSAGES))
	$(BIN)/pybabel -q extract -F pyproject.toml -k N_ --no-location --sort-output -o $(MESSAGES) .
	$(BIN)/pybabel -q update -i $(MESSAGES) -d page/locales -D page -w 100 -N --ignore-pot-creation-date

check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

$(VENV)/python.stamp:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "Python 3.11 or newer is needed: make PYTHON=/path/to/python3.11"; exit 2; }
	$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/run.stamp: requirements.txt $(VENV)/python.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	@touch $@

$(VENV)/dev.stamp: requirements-dev.txt $(VENV)/run.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-dev.txt
	@touch $@

.mutants/tool.stamp: requirements-dev.txt
	$(PYTHON) -m venv .mutants
	.mutants/bin/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	.mutants/bin/pip install --quiet --disable-pip-version-check mutmut==3.8.1
	@touch $@

LOCK = $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

licences: $(VENV)/dev.stamp
	{ echo "# Licences of what the service runs on"; echo; echo "Made by \`make licences\`."; echo; \
	$(BIN)/pip-licenses --python $(BIN)/python --from=mixed --order=license --format=markdown \
	--packages $$(sed -n 's/^\([A-Za-z0-9_.-]*\)==.*/\1/p' requirements.txt); } > deploy/licences.md

lock: $(VENV)/dev.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check pip-tools
	$(LOCK) --output-file requirements.txt pyproject.toml
	$(LOCK) --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml

clean:
	rm -rf .venv .temporal .state .demo .mutants mutants
