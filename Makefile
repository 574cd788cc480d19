# kmi: the commands a newcomer needs.
#
#   make demo    the semaphore: checked, simulated, compiled, run in two Linux kernels and FreeBSD's model
#   make test    every test on every kernel
#   make bench   what it costs beside C: docs/benchmarks.md and its plot, made anew (needs a quiet computer)
#   make setup   only the set-up: .venv (its bin/kmi is the command), system packages, kernels
#   make lint    ruff, mypy --strict, and mypy and pyright over the examples
#
# Each of them does the set-up it needs; where that is done, making sure of it takes a moment. Where apt or the
# rights are missing, demo and test run what needs only Python, and say what was left out (exit code 1 of PREPARE).

SHELL   := /bin/sh
KERNELS ?= available
JOBS    ?= 2
PREPARE := .venv/bin/kmi doctor --prepare

.PHONY: demo test bench setup lint python

demo: python
	@$(PREPARE) linux:6.1,linux:6.12 || test $$? = 1
	@.venv/bin/kmi demo

test: python
	@$(PREPARE) all || test $$? = 1
	@$(PREPARE) tests || test $$? = 1
	@.venv/bin/kmi test --on $(KERNELS) -n $(JOBS) --dist worksteal tests examples

bench: python
	@$(PREPARE) linux:6.1
	@.venv/bin/python -c 'import matplotlib' 2>/dev/null || .venv/bin/python -m pip install -q -e '.[bench]'
	@.venv/bin/python benchmarks/report.py

setup: python
	@$(PREPARE) all

lint: python
	.venv/bin/ruff check .
	.venv/bin/mypy --strict src
	.venv/bin/mypy --strict examples
	.venv/bin/pyright --pythonpath .venv/bin/python examples

python:
	@./setup.sh
