# The comparison with other integrators; benches/compare/README.md says what it needs and measures.
.PHONY: compare compare-quick

compare:
	python3 benches/compare/run.py

compare-quick:
	python3 benches/compare/run.py --quick
