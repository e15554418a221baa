"""The pages name files that are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    *sorted(f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")),
]
FOLDERS = "package|lisp|bridge|repl|kernel|kernelspec|tests|scripts|bench|docs"
NAMED = re.compile(rf"`((?:{FOLDERS})/[\w./*-]*)`")


def there(name: str) -> bool:
    return any(ROOT.glob(name.rstrip("/")))


@pytest.mark.parametrize("page", PAGES)
def test_files_and_folders_that_a_page_names_are_there(page: str) -> None:
    names = NAMED.findall((ROOT / page).read_text(encoding="utf-8"))
    assert page != "docs/architecture.md" or len(names) > 100
    assert not sorted({name for name in names if not there(name)})


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in link]
    assert not [link for link in links if link and not (ROOT / page).parent.joinpath(link).exists()]


def test_the_map_says_where_to_change_things() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| .* \| .* \| .* \|$", page[page.index("## Where do I change") :], re.MULTILINE)
    assert len(rows) > 25
    assert all("`" in row.split("|")[2] for row in rows[1:] if "---" not in row)
