# The comparison with other integrators; benches/compare/README.md says what it needs and measures.
.PHONY: compare compare-quick site

compare:
	python3 benches/compare/run.py

compare-quick:
	python3 benches/compare/run.py --quick

# The site of the pages, the notebooks and the reference, in target/site/html; a link that leads nowhere is an error.
site:
	python3 docs/site/build.py
