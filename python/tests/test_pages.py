"""The Python blocks of the README and of `docs/` run as they are printed, those of one page one after the other."""

import re
from pathlib import Path

import pytest

TOP = Path(__file__).parents[2]
PAGES = [page for page in (TOP / "README.md", TOP / "python" / "README.md", *sorted((TOP / "docs").glob("*.md")))
         if "```python\n" in page.read_text(encoding="utf-8")]


def test_the_pages_are_there():
    assert {"README.md", "guide.md", "atoms.md"} <= {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(TOP)))
def test_the_python_of_a_page_runs(page):
    text = page.read_text(encoding="utf-8")
    names = {}
    for block in re.finditer(r"^```python\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
        # The line of the block in the page is that of a failure.
        line = text.count("\n", 0, block.start(1))
        exec(compile("\n" * line + block[1], str(page), "exec"), names)
