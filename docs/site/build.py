"""The site from the same pages: one command, `python3 docs/site/build.py`; the result is target/site/html.

An environment with mkdocs and nbconvert is made in target/site/venv. A link or an anchor that leads nowhere is an error. With
`--without-rustdoc` the reference of the library is left out.
"""

import os
import re
import shutil
import subprocess
import sys
import venv
from pathlib import Path

TOP = Path(__file__).resolve().parents[2]
SITE = TOP / "target" / "site"
PAGES = SITE / "pages"
PACKAGES = ["mkdocs==1.6.1", "mkdocs-material==9.*", "nbconvert>=7"]
# Beside the README, what its links lead to.
FILES = ["DESIGN.md", "CONTRIBUTING.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"]


def main() -> None:
    navigation = (TOP / "docs/site/mkdocs.yml").read_text()
    if lost := [page.name for page in (TOP / "docs").glob("*.md") if f"docs/{page.name}" not in navigation]:
        sys.exit(f"docs/site/mkdocs.yml: no entry leads to {', '.join(lost)}")
    tools = environment()
    shutil.rmtree(PAGES, ignore_errors=True)
    shutil.copytree(TOP / "docs", PAGES / "docs", ignore=shutil.ignore_patterns("site"))
    for name in FILES:
        shutil.copy(TOP / name, PAGES / name)
    shutil.copy(TOP / "README.md", PAGES / "index.md")
    shutil.copy(TOP / "docs/site/style.css", PAGES)
    examples()
    notebooks(tools)
    is_referred = "--without-rustdoc" not in sys.argv
    if is_referred:
        rustdoc()
    (PAGES / "reference.md").write_text(REFERENCE.format("\n".join(map(reference if is_referred else str, CRATES))))
    done: set[Path] = set()
    # A page may bring others, those that its links lead to.
    while pages := set(PAGES.rglob("*.md")) - done:
        for page in pages:
            page.write_text(shown(page, page.read_text()))
        done |= pages
    run(tools / "mkdocs", "build", "--strict", "--config-file", TOP / "docs/site/mkdocs.yml")
    print(f"{SITE / 'html' / 'index.html'}")


CRATES = ["fubini", "fubini-algorithms", "fubini-expressions"]
REFERENCE = """# Reference for Rust

The first has all of the others, and beside it problems and methods by name, and atoms.

{}

That for Python is `help(fubini)`, that of the program `fubini help` and `fubini man`.
"""


def reference(crate: str) -> str:
    return f"- [{crate}](rust/{crate.replace('-', '_')}/index.html)"


def environment() -> Path:
    """The folder of the tools' programs."""
    folder = SITE / "venv"
    programs = folder / ("Scripts" if sys.platform == "win32" else "bin")
    if not (programs / "mkdocs").exists():
        venv.create(folder, with_pip=True, clear=True)
        run(programs / "python", "-m", "pip", "--disable-pip-version-check", "install", "--quiet", *PACKAGES)
    return programs


def examples() -> None:
    """A page of all programs in Rust, with what their first lines say."""
    lines = ["# Programs in Rust\n", "Each checks its own result: `cargo run --release --example closure`.\n"]
    for source in sorted((TOP / "examples").glob("*.rs")):
        text = source.read_text()
        said = " ".join(line[4:] for line in text.split("\n\n")[0].splitlines() if line.startswith("//! "))
        code = re.sub(r"^//!.*\n", "", text, flags=re.MULTILINE).strip()
        lines.append(f"## {source.stem}\n\n{said}\n\n```rust\n{code}\n```\n")
    write(PAGES / "examples" / "index.md", "\n".join(lines))
    for folder in ["c", "fortran", "julia", "r"]:
        shutil.copytree(TOP / "examples" / folder, PAGES / "examples" / folder)


def notebooks(tools: Path) -> None:
    """The notebooks with their results, as pages of their own."""
    folder = PAGES / "notebooks"
    folder.mkdir(parents=True)
    sources = sorted((TOP / "notebooks").glob("*.ipynb"))
    run(tools / "jupyter", "nbconvert", "--log-level=ERROR", "--to=html", f"--output-dir={folder}", *sources)
    write(folder / "index.md", (TOP / "notebooks" / "README.md").read_text())


def shown(page: Path, text: str) -> str:
    """A page as the site has it: its links lead to the pages of the site, and Rust is without the lines that only tests need."""
    here = page.relative_to(PAGES).parent

    def link(found: re.Match[str]) -> str:
        target = found[1].replace("notebooks/README.md", "notebooks/index.md").replace("README.md", "index.md")
        target = re.sub(r"\.ipynb$", ".html", target)
        if re.search(r"(^|/)examples/?$", target):
            target = target.rstrip("/") + "/index.md"
        path, _, anchor = target.partition("#")
        source, place = (TOP / here / path).resolve(), (PAGES / here / path).resolve()
        if path and "://" not in path and not place.exists():
            if source.is_dir():
                # No page shows a folder: its name is enough.
                return "](#)"
            if source.is_file():
                place.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(source, place)
        return f"]({path}{'#' if anchor else ''}{anchor})"

    text = re.sub(r"\]\(([^)\s]+)\)", link, text)
    # Where GitHub wants a bar in the code of a table masked, mkdocs shows the mask.
    text = re.sub(r"(?m)^\|.*", lambda row: re.sub(r"`[^`]*`", lambda code: code[0].replace("\\|", "|"), row[0]), text)
    text = re.sub(r"\[([^\]]+)\]\(#\)", r"\1", text)
    return re.sub(r"(?<=```rust\n).*?(?=```)", lambda code: re.sub(r"(?m)^# .*\n", "", code[0]), text, flags=re.DOTALL)


def rustdoc() -> None:
    packages = [word for name in CRATES for word in ("--package", name)]
    run("cargo", "doc", "--no-deps", "--lib", "--quiet", *packages, cwd=TOP)
    shutil.copytree(Path(os.environ.get("CARGO_TARGET_DIR", TOP / "target")) / "doc", PAGES / "rust")


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def run(*command: str | Path, cwd: Path | None = None) -> None:
    # What the tools say of themselves is no concern of ours.
    quiet = {"NO_MKDOCS_2_WARNING": "1", "PYTHONWARNINGS": "ignore"}
    subprocess.run([str(word) for word in command], check=True, cwd=cwd, env=os.environ | quiet)


if __name__ == "__main__":
    main()
