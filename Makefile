# make lab    JupyterLab on the lessons
# make test   all tests that need no real Docker, and some that do
# make docker  the others: the lab beside a real daemon, and behind the real docker client,
#             docker-py and more
# make harm   those that mean harm: hostile input, random commands with all that must hold looked
#             at after each, processes that are killed, a full disk, four processes on one lab
# make stress random commands on a lab and on a real Docker, and on labs alone; all recorded cases
#             with a process for each command; programs with any operands, a served lab with any
#             requests, a million hostile inputs that are drawn after what the code does with them;
#             a kept lab whose processes are killed, whose disk is full, and that four of them
#             hammer; docker-py on a real daemon too, and fifty clients for a minute; then all views
#             and lessons in JupyterLab and Notebook 7, in both languages and themes; and all
#             tests of the core in Pyodide; some hours in all
# make check  lint, types, order of imports
# make assignment  the lessons as an nbgrader course in assignment/; LANGUAGE=ko, SEED=1
# make site   the course in site/, for any web server: it runs in the browser; needs npm;
#             FLAGS="--lang ko", and what else  imagelab site --help  tells
# make bench  what a student costs; times of commands, ours beside a real daemon's, and in Pyodide;
#             a gigabyte of an image, beside docker and sha256sum
# make hub-test    a JupyterHub with a class of five; needs npm
# make wheelhouse  a folder to install from without a network, for machines like this one;
#             FOR=windows VERSION=3.13 for others and their Python
#
# Each creates .venv and installs into it what it needs, once.

PYTHON ?= python3
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --disable-pip-version-check --quiet -c constraints.txt -e

# What runs here is .venv's, whichever environment is active in the caller's shell.
unexport VIRTUAL_ENV

HUB := .hub
DOCKER := tests/clients tests/differential tests/proof
HARM := tests/fuzz tests/hostile tests/properties tests/storage/test_killed.py \
    tests/storage/test_full_disk.py tests/storage/test_hammered.py tests/storage/test_big_images.py

.PHONY: lab test docker harm stress check assignment site bench hub-test wheelhouse
.NOTPARALLEL:

lab: .venv/lab.stamp
	$(BIN)/imagelab lab

test: .venv/dev.stamp
	$(BIN)/python -m pytest -n auto --dist worksteal $(patsubst %,--ignore %,$(DOCKER) $(HARM))
	$(BIN)/python -m pytest -n auto --dist loadfile -p tests.kernels --nbval notebooks --nbval-sanitize-with tests/nbval.cfg
	$(BIN)/imagelab levels verify

docker: .venv/dev.stamp
	$(BIN)/python -m pytest -n auto --dist worksteal $(DOCKER)

harm: .venv/dev.stamp
	$(BIN)/python -m pytest -n auto --dist worksteal $(HARM)

stress: .venv/dev.stamp
	IMAGELAB_STRESS=500 $(BIN)/python -m pytest -n auto tests/differential $(HARM) \
	    tests/lessons tests/proof/test_copies.py tests/shell/test_any_operands.py \
	    tests/formats/test_plain_header.py tests/test_lessons.py tests/test_terminal_door.py \
	    tests/api/test_any_requests.py tests/daemon/test_many_at_once.py tests/clients
	IMAGELAB_STRESS=1 $(BIN)/python -m pytest -n auto tests/pyodide
	IMAGELAB_STRESS=1 $(BIN)/python -m pytest -n auto --dist loadfile tests/browser

check: .venv/dev.stamp
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo

LANGUAGE ?= en
SEED ?= 0
assignment: .venv/nbgrader.stamp
	$(BIN)/imagelab assignment assignment --language $(LANGUAGE) --seed $(SEED)

site: .venv/site.stamp
	$(BIN)/imagelab site site $(FLAGS)

bench: .venv/dev.stamp
	$(BIN)/python -m tests.benchmarks

hub-test: .venv/dev.stamp $(HUB)/stamp
	$(BIN)/python -m tests.hub $(HUB)

wheelhouse: .venv/dev.stamp
	$(BIN)/python -m tools.wheelhouse $(FOR) $(VERSION)

# An installation has a copy of the extension and of the template.
EXTENSION := $(wildcard labextension/*.json labextension/static/* printing/*)

.venv/lab.stamp: $(BIN)/pip pyproject.toml constraints.txt $(EXTENSION)
	@echo "Installing JupyterLab and imagelab into .venv (about a minute) ..."
	@$(INSTALL) '.[lab]'
	@touch $@

.venv/nbgrader.stamp: $(BIN)/pip pyproject.toml constraints.txt $(EXTENSION)
	@echo "Installing imagelab and nbgrader into .venv (about a minute) ..."
	@$(INSTALL) '.[nbgrader]'
	@touch .venv/lab.stamp $@

.venv/site.stamp: $(BIN)/pip pyproject.toml constraints.txt $(EXTENSION)
	@echo "Installing imagelab and JupyterLite into .venv (about a minute) ..."
	@$(INSTALL) '.[site]'
	@touch .venv/lab.stamp $@

# Has all that the others have, so the one stamp stands for all.
.venv/dev.stamp: $(BIN)/pip pyproject.toml constraints.txt $(EXTENSION)
	@echo "Installing imagelab and what its tests need into .venv (about a minute) ..."
	@$(INSTALL) '.[dev]'
	@touch .venv/lab.stamp .venv/nbgrader.stamp .venv/site.stamp $@

# As docs/en/jupyterhub.md says, but with the package as it is here.
$(HUB)/stamp: $(BIN)/pip pyproject.toml constraints.txt docs/jupyterhub/requirements.txt
	@command -v npm >/dev/null || { echo "There is no npm. Install Node.js, 20 or newer."; exit 1; }
	@echo "Installing JupyterHub and imagelab into $(HUB) (about a minute) ..."
	@$(BIN)/python -m venv $(HUB)
	@$(HUB)/bin/python -m pip install --disable-pip-version-check --quiet -c constraints.txt \
	    -r docs/jupyterhub/requirements.txt -e '.[lab]'
	@npm install --silent --prefix $(HUB) configurable-http-proxy@5
	@touch $@

$(BIN)/pip:
	@command -v $(PYTHON) >/dev/null || \
	    { echo "There is no $(PYTHON). imagelab needs Python 3.11 or newer."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	    { echo "imagelab needs Python 3.11 or newer, and this is $$($(PYTHON) --version 2>&1)." \
	           "Name a newer one: make lab PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -m venv .venv
