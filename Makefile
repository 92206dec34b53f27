PYTHON := .venv/bin/python
C_FILES = $(shell find benchmarks csrc fuzz tests -name '*.[ch]')

.NOTPARALLEL:
.PHONY: help build demo check check-all check-pythons check-sanitize check-sanitize-live check-tshark lint types \
    werror test fuzz fuzz-keep coverage stress bench bench-files bench-live soak golden stubs format clean

help:
	@sed -n 's/^\([a-z-]*\):.*## /\1	/p' Makefile | expand -t 18

$(PYTHON):
	@echo "first type ./bootstrap" >&2; exit 1

build: $(PYTHON) ## compile the extension where the sources have changed
	@$(PYTHON) setup.py -q build_ext --inplace

demo: build ## capture and print real HTTP packets on the loopback device, then the same from a file
	@$(PYTHON) examples/demo.py

check: lint types werror build ## everything that a change must pass: at most 10 minutes on two cores
	tests/sanitize/run sample
	$(PYTHON) -m pytest

check-all: check check-sanitize check-sanitize-live check-tshark check-pythons ## check, and what takes longer

check-pythons: ## run the tests on every CPython 3.10 to 3.13 of this machine
	tests/every_python

check-sanitize: $(PYTHON) ## decode and print every packet of the corpus under ASan and UBSan
	tests/sanitize/run full

check-sanitize-live: $(PYTHON) ## run all tests under ASan and UBSan, and those with threads under TSan
	tests/sanitize/live address
	tests/sanitize/live thread

check-tshark: build ## compare every value with tshark's over all of the corpus
	UMPA_TSHARK=all $(PYTHON) -m pytest -o faulthandler_timeout=1200 tests/test_tshark.py

lint: $(PYTHON) ## look at style: ruff, clang-format
	$(PYTHON) -m ruff check
	$(PYTHON) -m ruff format --check
	.venv/bin/clang-format --dry-run -Werror $(C_FILES)

types: build ## check the types of the packages: mypy --strict
	$(PYTHON) tools/stubs.py --check
	$(PYTHON) tools/protocol_pages.py --check
	$(PYTHON) -m mypy

werror: $(PYTHON)
	UMPA_WERROR=1 $(PYTHON) setup.py -q build_ext --build-lib build/werror --build-temp build/werror

test: build ## run the tests
	$(PYTHON) -m pytest

fuzz: build ## fuzz the decoder, each target for SECONDS=60; SANITIZER=memory for MSan; needs clang
	fuzz/run time $(SECONDS)

fuzz-keep: build ## put the fewest inputs that reach all that fuzzing has reached into fuzz/corpus
	fuzz/run keep

coverage: $(PYTHON) ## 100 % of the decoder's lines and branches are reached by the tests; needs clang and llvm
	$(PYTHON) tests/coverage

stress: build ## threads that open, read, stop, close, fork and signal at random: STRESS="seconds seed"
	$(PYTHON) tests/stress_capture.py $(STRESS)

bench: $(PYTHON) ## measure side by side with other libraries
	$(PYTHON) benchmarks/run
	$(PYTHON) benchmarks/run_files
	$(PYTHON) benchmarks/run_decode

bench-files: $(PYTHON) ## measure reading and writing of capture files alone: ONLY=word for some rows of the table
	$(PYTHON) benchmarks/run_files $(if $(ONLY),--only "$(ONLY)")

bench-live: $(PYTHON) ## measure live capture beside other programs, as root; QUICK=1 in two minutes
	$(PYTHON) benchmarks/run_live $(if $(QUICK),--quick)

soak: build ## capture for SECONDS=1800, as root: memory must stay flat, counts exact
	$(PYTHON) benchmarks/soak $(SECONDS)

golden: build ## write the golden texts anew, on purpose
	$(PYTHON) tests/refresh_golden.py

stubs: build ## write the type stubs and the protocols' pages anew from the field tables
	$(PYTHON) tools/stubs.py
	$(PYTHON) tools/protocol_pages.py

format: $(PYTHON) ## lay out all code as lint wants it
	$(PYTHON) -m ruff check --fix
	$(PYTHON) -m ruff format
	.venv/bin/clang-format -i $(C_FILES)

clean: ## remove what was built; .venv stays
	rm -rf build dist *.egg-info umpa_sniffing/*.so .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv*' -prune -exec rm -rf {} +
