"""A package.json that is none: who needs it is told so, and nobody else."""

from __future__ import annotations

from pathlib import Path

import pytest
from running import polyrepl

BROKEN = ["{bad", "", "[]", "null", '{"type": 5}', '{"type": "module",}', "\0\1"]
FINE = [
    "(+ 1 2)",
    '(js.import "near" :as near) near.three',
    '(js.import "near/three" :as three) three.three',
    '(js.import "./three.mjs" :as three) three.three',
    '(js.import "./three.cjs" :as three) three.three',
    '(:three (require "near"))',
    '(:three (require "./three.cjs"))',
    '(:three (require (require.resolve "../near.cjs")))',
    '(js.import "node:path" :as path) (count (path.join "a" "b"))',
]


def beside_a_broken_package(folder: Path, text: str) -> Path:
    (folder / "package.json").write_text(text)
    near = folder / "sub" / "node_modules" / "near"
    near.mkdir(parents=True)
    (near / "package.json").write_text(
        '{"name": "near", "exports": {".": "./three.js", "./three": "./three.mjs"}}'
    )
    for place in (near, folder / "sub"):
        (place / "three.mjs").write_text("export const three = 3;\n")
        for suffix in (".cjs", ".js"):
            (place / f"three{suffix}").write_text("exports.three = 3;\n")
    (folder / "near.cjs").write_text("exports.three = 3;\n")
    return folder / "sub"


@pytest.mark.parametrize("text", BROKEN)
def test_a_broken_package_json_stops_nobody_who_does_not_need_it(text: str, tmp_path: Path) -> None:
    place = beside_a_broken_package(tmp_path, text)
    forms = "\n".join(f"(println (do {form}))" for form in FINE)
    (place / "program.lisp").write_text(forms)
    for options, folder in ((("-e", forms), place), (("sub/program.lisp",), tmp_path)):
        done = polyrepl(*options, cwd=folder)
        assert (done.code, done.out, done.err) == (0, "3\n" * len(FINE), "")


@pytest.mark.parametrize(
    "form", ['(js.import "./three.js")', '(require "./three.js")', '(js.import "#three")']
)
def test_who_needs_a_broken_package_json_is_told_what_is_wrong_with_it(form: str, tmp_path: Path) -> None:
    place = beside_a_broken_package(tmp_path, "{bad")
    done = polyrepl("-e", form, cwd=place)
    file = tmp_path / "package.json"
    assert done.code == 1
    assert f"<-e>:1:1: Error: Invalid package config {file}.\n" in done.err
    assert f"hint: mend {file}: Expected property name or '}}' in JSON at position 1" in done.err
    assert "node:internal" not in done.err and "Traceback" not in done.err


def test_a_module_that_fails_for_a_broken_package_json_runs_once(tmp_path: Path) -> None:
    place = beside_a_broken_package(tmp_path, "{bad")
    (place / "runs.cjs").write_text("console.log('runs'); require('./three.js');\n")
    for form in ('(js.import "./runs.cjs")', '(require "./runs.cjs")'):
        done = polyrepl("-e", form, cwd=place)
        assert (done.code, done.out) == (1, "runs\n")
