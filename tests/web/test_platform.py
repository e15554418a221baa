"""What shared files need of a platform, each platform has."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BRIDGE, REPL = ROOT / "bridge", ROOT / "repl"


def exported(file: Path) -> set[str]:
    """Names that a module exports."""
    text = file.read_text(encoding="utf-8")
    names = set(re.findall(r"^export (?:async )?(?:function|class|const|let) (\w+)", text, re.MULTILINE))
    for listed in re.findall(r"^export (?:const )?\{([^}]*)\}", text, re.MULTILINE):
        names |= {re.split(r" as |:", part)[-1].strip() for part in listed.split(",")}
    return names


def test_both_platforms_have_the_same_names() -> None:
    node, web = (exported(BRIDGE / "node" / f"{name}.mjs") for name in ("platform", "browser"))
    assert {"inspect", "isPromise", "evaluate", "pathOfUrl", "stackOf"} <= node
    assert node <= web


@pytest.mark.parametrize("name", ["platform", "importing", "place", "renewing"])
def test_what_stands_in_node_s_place_has_the_same_names(name: str) -> None:
    node, web = (exported(REPL / where / f"{name}.mjs") for where in ("node", "web"))
    assert node
    assert node <= web
