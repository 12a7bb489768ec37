# make demo        play cases of 72 hours in seconds, on a real Temporal server;
#                  DEMO=--over-http asks examples/account_service.py for the accounts
# make test        run the tests of the rules and the service, in some twelve minutes;
#                  TESTS=tests/domain runs all of these, and only these; those in a browser
#                  need chromium-headless-shell or, twice as slow, Chromium
# make test-all    run all tests, also those in tests/kept_for_all.py
# make dev         run a server, its Web UI, a worker, the sellers' page and the desk, with a few
#                  cases in every queue of the desk, until Ctrl-C;
#                  IN=.demo shows the data of the demo
# make cluster     run PostgreSQL, a Temporal server of several nodes, and several workers and pages,
#                  and play the demo's cases there, until Ctrl-C; needs Go and Debian's postgresql,
#                  pgbouncer and haproxy; the first time it builds the server, in some minutes
# make walk        check every sequence of events up to a depth; write tests/walk.md
# make mutants     change the domain's code and see whether a test fails: tests/domain/mutants.md
# make check       check format, lint, types and imports
# make bench       measure; write experiments/benchmarks/performance.md;
#                  it takes some two hours on a quiet machine; CASES=500 opens fewer cases;
#                  PARTS="case many" measures only these, and renews their sections; those on
#                  PostgreSQL need what `make cluster` does
# make faults      run all faults; write experiments/faults/faults.md; half an hour, and two
#                  hours with those that need what `make cluster` does
# make policies    play examples/policies in examples/worlds; renew the tables of docs/policies.md;
#                  CASES=2000 plays fewer cases
# make messages    update the message catalogs of page and desk
# make kubernetes  render deploy/kubernetes and check it against Kubernetes' own schemas; needs Go
# make alerts      copy deploy/prometheus/alerts.yml to Kubernetes' PrometheusRule
# make licences    list the licences of our dependencies in deploy/licences.md
# make report      install what the reports and the archive need (docs/reports.md)
# make lock        update the requirements after a change of pyproject.toml

PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo dev cluster test test-all walk mutants bench faults policies messages check report kubernetes alerts licences lock clean

demo: $(VENV)/run.stamp
	$(BIN)/python -m examples.demo $(DEMO)

dev: $(VENV)/run.stamp
	$(BIN)/python worker.py --dev $(IN) --with-cases

cluster: $(VENV)/dev.stamp .cluster/tools.stamp
	$(BIN)/python -m experiments.cluster

# Else every process of the tests compiles the code anew: 5 s each.
unexport PYTHONDONTWRITEBYTECODE
PYTEST = $(BIN)/python -m pytest -n 4 --dist loadfile --no-loadscope-reorder

test: $(VENV)/dev.stamp .moto/tool.stamp
	$(PYTEST) $(or $(TESTS),--without-kept)

test-all: $(VENV)/dev.stamp .moto/tool.stamp
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

policies: $(VENV)/run.stamp
	CASES=$(CASES) $(BIN)/python -m experiments.policies

messages: $(VENV)/dev.stamp
	@mkdir -p .state
	for room in page desk; do \
	if [ $$room = desk ]; then also=mail/desk_words.py; else also=; fi; \
	$(BIN)/pybabel -q extract -F pyproject.toml -k N_ --no-location --sort-output \
		-o .state/$$room.pot $$room web $$also && \
	$(BIN)/pybabel -q update -i .state/$$room.pot -d $$room/locales -D $$room -w 100 -N \
		--ignore-pot-creation-date || exit 1; done

check: $(VENV)/dev.stamp
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

report: $(VENV)/run.stamp requirements-report.txt
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes -r requirements-report.txt

kubernetes: $(VENV)/dev.stamp .kubernetes/tool.stamp
	$(BIN)/python -m pytest tests/test_kubernetes.py

# The schemas are made of Kubernetes' OpenAPI and of the operators' own definitions.
GO_MODULES = k8s.io/kubernetes@v1.34.2 github.com/kedacore/keda/v2@v2.18.1 \
	github.com/prometheus-operator/prometheus-operator@v0.85.0
.kubernetes/tool.stamp: $(VENV)/dev.stamp tests/kubernetes/schemas.py
	@command -v go >/dev/null || { echo "Go is needed: https://go.dev/dl"; exit 2; }
	GOBIN=$(CURDIR)/.kubernetes/bin go install sigs.k8s.io/kustomize/kustomize/v5@v5.7.1
	GOBIN=$(CURDIR)/.kubernetes/bin go install github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0
	set -- $$(go mod download -json $(GO_MODULES) | sed -n 's/.*"Dir": "\(.*\)".*/\1/p') && \
	$(BIN)/python -m tests.kubernetes.schemas .kubernetes/schemas \
		"$$1/api/openapi-spec/swagger.json" "$$2/config/crd/bases/keda.sh_scaledobjects.yaml" \
		"$$3/example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml" \
		"$$3/example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml"
	@touch $@

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

# A server of S3 for the tests. It has its own environment, as it needs an older python-dateutil.
.moto/tool.stamp:
	$(PYTHON) -m venv .moto
	.moto/bin/pip install --quiet --disable-pip-version-check 'moto[s3]==5.2.5' flask flask-cors
	@touch $@

# Temporal's server with its tools, in the versions of docker-compose.yml.
.cluster/tools.stamp: docker-compose.yml $(VENV)/dev.stamp
	@mkdir -p .cluster
	$(BIN)/python -m experiments.cluster --install
	@touch $@

.mutants/tool.stamp: requirements-dev.txt
	$(PYTHON) -m venv .mutants
	.mutants/bin/pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	.mutants/bin/pip install --quiet --disable-pip-version-check mutmut==3.8.1
	@touch $@

LOCK = $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
	--no-annotate --no-emit-index-url --no-emit-find-links --no-emit-trusted-host

# kustomize cannot put a file into a field of a resource.
alerts:
	{ echo "# Made by \`make alerts\` of deploy/prometheus/alerts.yml."; \
	printf '%s\n' "apiVersion: monitoring.coreos.com/v1" "kind: PrometheusRule" "metadata:" \
		"  name: case72" "  labels: {app.kubernetes.io/name: case72}" "spec:"; \
	sed -n '/^groups:/,$$p' deploy/prometheus/alerts.yml | sed 's/^./  &/'; } \
		> deploy/kubernetes/monitoring/alerts.yaml

licences: $(VENV)/dev.stamp
	{ echo "# Licences of what the service runs on"; echo; echo "Made by \`make licences\`."; echo; \
	$(BIN)/pip-licenses --python $(BIN)/python --from=mixed --order=license --format=markdown \
	--packages $$(sed -n 's/^\([A-Za-z0-9_.-]*\)==.*/\1/p' requirements.txt); } > deploy/licences.md

lock: $(VENV)/dev.stamp
	$(BIN)/pip install --quiet --disable-pip-version-check pip-tools
	$(LOCK) --output-file requirements.txt pyproject.toml
	$(LOCK) --extra report --constraint requirements.txt --output-file requirements-report.txt pyproject.toml
	$(LOCK) --extra report --extra dev --constraint requirements-report.txt \
		--output-file requirements-dev.txt pyproject.toml

clean:
	rm -rf .venv .temporal .state .demo .mutants mutants .moto .cluster .kubernetes
