# What one does with this repository: `make` lists it. Needs GNU make, python3 (3.11 or newer) and its venv module.

PYTHON3 ?= python3
VENV := .venv
PYTHON := $(VENV)/bin/python
PYTEST_ARGS ?=
WORKERS ?= 3
BENCH_ARGS ?=
WHEELS := build/wheels
PIP_INSTALL := $(PYTHON) -m pip install --quiet --disable-pip-version-check -c constraints.txt
PACKAGES := docker.io iptables iproute2 busybox-static openssh-server openssl docker-registry chromium
BENCH_PACKAGES := docker.io iptables iproute2 busybox-static curl chromium
# A page that is left asks for the end of its kernel, and Voila gives it no cookie for that check. Requests still need the
# token's cookie, which browsers send for no other site, and the kernel's id, which nobody can guess.
VOILA_ENDS := --Voila.tornado_settings="{'disable_check_xsrf': True}"

.DEFAULT_GOAL := help
.PHONY: help tour tour-private dashboard test test-again check lab bench docs readme screenshot constraints clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | while IFS='|' read -r name text; do \
		printf '%-20s %s\n' "$$name" "$$text"; \
	done

tour: $(VENV)/.installed-notebooks ## the tour: runs notebooks/tour.ipynb on your engine, or without one on the demo
	@$(PYTHON) -m notebooks.run_tour

tour-private: $(VENV)/.installed ## the tour on a real engine that it starts for the run, as root
	@$(PYTHON) -m notebooks.run_tour --private

dashboard: $(VENV)/.installed ## the dashboard as a page, which Voila shows to whoever has the address that it prints
	@$(PYTHON) -m voila --token --show_tracebacks=True $(VOILA_ENDS) notebooks/dashboard.ipynb

test: $(VENV)/.installed ## the test suite, on real engines that it starts itself; PYTEST_ARGS="-k ps" chooses
	@sh tests/engines/install.sh $(PACKAGES) || [ "$$DOCKMAGIC_REQUIRE_ENGINE" != 1 ]
	@$(MAKE) --no-print-directory $(WHEELS)/.complete || [ "$$DOCKMAGIC_REQUIRE_ENGINE" != 1 ]
	@mkdir -p build
	@$(PYTHON) -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(PYTEST_ARGS); \
		status=$$?; echo $$status >build/test-status; exit $$status

test-again: $(VENV)/.installed ## the tests that failed last time, one after the other
	@$(PYTHON) -m pytest --last-failed --last-failed-no-failures none $(PYTEST_ARGS)

check: $(VENV)/.installed ## ruff and mypy
	@$(PYTHON) -m ruff check
	@$(PYTHON) -m ruff format --check
	@$(PYTHON) -m mypy

lab: $(VENV)/.installed-lab ## Jupyter Lab with the tour
	@$(PYTHON) -m jupyter lab $$([ "$$(id -u)" != 0 ] || echo --allow-root) notebooks/tour.ipynb

bench: $(VENV)/.installed build/peers/.installed build/pyarrow/.installed ## the benchmarks, beside other clients; BENCH_ARGS="--quick" or "--only list"
	@sh tests/engines/install.sh $(BENCH_PACKAGES)
	@$(PYTHON) -m benchmarks $(BENCH_ARGS)

docs: $(VENV)/.installed-docs ## the documentation: build/docs/index.html, its notebooks executed on the demo engine
	@$(PYTHON) -m sphinx -q -E -W --keep-going -b html -d build/doctrees docs build/docs
	@echo "The documentation: $(CURDIR)/build/docs/index.html"

readme: $(VENV)/.installed ## writes the table of commands in README.md anew
	@$(PYTHON) -m docs.readme_table

screenshot: $(VENV)/.installed ## takes README's picture anew, in Debian's Chromium
	@$(PYTHON) -m docs.screenshot

constraints: ## writes constraints.txt anew, with the newest versions; PYTHON3 must be the oldest: Debian 12's 3.11.2
	@$(PYTHON3) -m venv --clear build/constraints
	@build/constraints/bin/python -c 'import tomllib; p = tomllib.load(open("pyproject.toml", "rb"))["project"]; \
		print(*p["dependencies"], *sum(p["optional-dependencies"].values(), []), sep="\n")' > build/requirements.txt
	@build/constraints/bin/python -m pip install --quiet --disable-pip-version-check -r build/requirements.txt
	@{ echo "# Made by make constraints: pip freeze of a new environment with all that pyproject.toml names, on Debian 12 (Python 3.11.2)."; \
		build/constraints/bin/python -m pip freeze | grep == | LC_ALL=C sort -f; } > build/constraints.txt
	@mv build/constraints.txt constraints.txt
	@rm -rf build/constraints build/requirements.txt

# What the test of binder/ installs: it runs where no network is.
$(WHEELS)/.complete: binder/requirements.txt pyproject.toml constraints.txt | $(PYTHON)
	@echo "fetching what binder/requirements.txt names into $(WHEELS)" >&2
	@rm -rf $(WHEELS)
	@$(PYTHON) -m pip wheel --quiet --disable-pip-version-check -w $(WHEELS) -r binder/requirements.txt hatchling
	@rm -f $(WHEELS)/dockmagic-*
	@touch $@

clean: ## removes .venv and all that tools have written
	@rm -rf $(VENV) build dist docs/notebooks docs/reference .mypy_cache .pytest_cache .ruff_cache .hypothesis
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

$(PYTHON):
	@$(PYTHON3) -c 'import sys; v = sys.version.split()[0]; sys.version_info >= (3, 11) or sys.exit( \
		"dockmagic needs Python 3.11 or newer, $(PYTHON3) is " + v + ". With another one: make PYTHON3=python3.13 ...")'
	@$(PYTHON3) -m venv $(VENV) || { rm -rf $(VENV); exit 1; }

$(VENV)/.installed: pyproject.toml constraints.txt | $(PYTHON)
	@echo "installing dockmagic and its tools into $(VENV)" >&2
	@$(PIP_INSTALL) -e '.[dev,plot]'
	@touch $@

$(VENV)/.installed-notebooks: pyproject.toml constraints.txt | $(PYTHON)
	@echo "installing dockmagic and what runs notebooks into $(VENV)" >&2
	@$(PIP_INSTALL) -e '.[notebooks]'
	@touch $@

$(VENV)/.installed-docs: $(VENV)/.installed-notebooks
	@echo "installing Sphinx into $(VENV)" >&2
	@$(PIP_INSTALL) -e '.[docs]'
	@touch $@

$(VENV)/.installed-lab: $(VENV)/.installed-notebooks
	@echo "installing JupyterLab into $(VENV)" >&2
	@$(PIP_INSTALL) -e '.[lab]'
	@touch $@

build/peers/.installed: benchmarks/peers.txt
	@echo "installing the other clients into build/peers" >&2
	@$(PYTHON3) -m venv --clear build/peers
	@build/peers/bin/python -m pip install --quiet --disable-pip-version-check -r benchmarks/peers.txt
	@touch $@

build/pyarrow/.installed: benchmarks/pyarrow.txt | $(PYTHON)
	@rm -rf build/pyarrow
	@$(PYTHON) -m pip install --quiet --disable-pip-version-check --no-deps --target build/pyarrow -r benchmarks/pyarrow.txt
	@touch $@
