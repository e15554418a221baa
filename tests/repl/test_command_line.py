"""Options and subcommands, through the real command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from polyrepl.repl.cli import parser, plain
from running import polyrepl


def test_json_results(tmp_path: Path) -> None:
    done = polyrepl("--json", "-e", '(def x 1) (+ x 1) (py.eval "[1]") (py.int "x")', cwd=tmp_path)
    rows = [json.loads(line) for line in done.out.splitlines()]
    assert done.code == 1
    assert [(row["type"], row.get("name"), row.get("language")) for row in rows] == [
        ("end", None, None),
        ("value", None, "javascript"),
        ("end", None, None),
        ("value", None, "python"),
        ("end", None, None),
        ("error", "ValueError", None),
        ("end", None, None),
    ]
    assert rows[1]["text"] == "2"
    assert [(row["id"], row["status"]) for row in rows if row["type"] == "end"] == [
        (1, "ok"), (2, "ok"), (3, "ok"), (4, "error"),
    ]  # fmt: skip
    assert done.err == ""


def rows_of(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


def test_json_holds_what_the_program_prints_in_its_order(tmp_path: Path) -> None:
    program = """(println "a") (py.print "b") (console.error "c") (+ 1 2)
        (py.exec "import sys; sys.stdout.write('half')") (exit 3)"""
    done = polyrepl("--json", stdin=program, cwd=tmp_path)
    assert (done.code, done.err) == (3, "")
    assert [row for row in rows_of(done.out) if row["type"] != "end"] == [
        {"type": "output", "stream": "stdout", "text": "a\n"},
        {"type": "output", "stream": "stdout", "text": "b\n"},
        {"type": "output", "stream": "stderr", "text": "c\n"},
        {"type": "value", "text": "3", "language": "javascript"},
        {"type": "output", "stream": "stdout", "text": "half"},
        {"type": "exit", "code": 3},
    ]


@pytest.mark.parametrize(
    ("program", "rows"),
    [
        (b'(println "\xff")', [("error", "UnicodeDecodeError")]),
        (b"(+ 1", [("error", "LispError")]),
        (b'(throw (new Error "x")', [("error", "LispError")]),
        (b'(throw (new Error "x"))', [("error", "Error")]),
        (b"(def unused 1) nil", []),
        ('(println "\u00e9\ud7ff")'.encode(), [("output", None)]),
    ],
)
def test_json_of_what_goes_wrong(program: bytes, rows: list[tuple[str, str | None]], tmp_path: Path) -> None:
    done = polyrepl("--json", stdin=program, cwd=tmp_path)
    assert [(row["type"], row.get("name")) for row in rows_of(done.out) if row["type"] != "end"] == rows
    assert done.err == ""


def test_a_file_has_no_values_in_json_either(tmp_path: Path) -> None:
    (tmp_path / "p.lisp").write_text("(+ 1 2) (println 4)")
    assert [row["type"] for row in rows_of(polyrepl("--json", "p.lisp", cwd=tmp_path).out)] == ["output"]
    assert polyrepl("--json", "-i", cwd=tmp_path).code == 2


@pytest.mark.parametrize("way", ["-e", "pipe", "file"])
def test_keep_going(way: str, tmp_path: Path) -> None:
    program = '(println 1)\n(py.int "x")\n(println 2)\n'
    if way == "-e":
        done = polyrepl("--keep-going", "-e", program, cwd=tmp_path)
    elif way == "pipe":
        done = polyrepl("--keep-going", stdin=program, cwd=tmp_path)
    else:
        (tmp_path / "p.lisp").write_text(program)
        done = polyrepl("--keep-going", "p.lisp", cwd=tmp_path)
    assert (done.code, done.out) == (1, "1\n2\n")
    assert "ValueError" in done.err


def test_module_and_arguments(tmp_path: Path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg" / "main.lisp").write_text('(println (.join (Array.from *argv*) ","))')
    assert polyrepl("-m", "pkg.main", "a", "--b", cwd=tmp_path).out == "a,--b\n"
    assert polyrepl("-e", "(println (count *argv*))", "--", "-x", "-y", cwd=tmp_path).out == "2\n"
    done = polyrepl("-m", "nowhere.at_all", cwd=tmp_path)
    assert done.code == 2 and "nowhere/at_all.lisp" in done.err


def test_dash_reads_standard_input(tmp_path: Path) -> None:
    assert polyrepl("-", "a", stdin="(println (first *argv*))", cwd=tmp_path).out == "a\n"


def test_node_and_npm(tmp_path: Path) -> None:
    assert polyrepl("node", "-p", "6 * 7", cwd=tmp_path).out == "42\n"
    assert polyrepl("node", "-e", "process.exit(5)", cwd=tmp_path).code == 5
    done = polyrepl("npm", "--version", cwd=tmp_path)
    assert done.code == 0 and done.out[0].isdigit()


def test_doctor(tmp_path: Path) -> None:
    done = polyrepl("doctor", cwd=tmp_path)
    assert "Node" in done.out and "Jupyter kernel" in done.out
    (tmp_path / "polyrepl").mkdir()
    (tmp_path / "polyrepl" / "config.toml").write_text("nonsense = 1")
    done = polyrepl("doctor", cwd=tmp_path)
    assert done.code == 1
    assert "unknown setting nonsense" in done.out


def test_programs_never_load_the_editor_or_the_kernel(tmp_path: Path) -> None:
    program = '(py.exec "import sys; print(sorted(m for m in sys.modules if m in {0}))")'
    heavy = ["prompt_toolkit", "ipykernel", "IPython", "pygments", "argparse", "jupyter_client", "tomllib"]
    heavy += ["pathlib", "urllib.parse", "fractions"]
    wanted = "(" + ", ".join(f'\\"{name}\\"' for name in heavy) + ")"
    done = polyrepl("-e", program.replace("{0}", wanted), cwd=tmp_path)
    assert (done.code, done.out, done.err) == (0, "[]\n", ""), sys.version


@pytest.mark.parametrize(
    "line",
    [
        "", "-", "f.lisp", "f.lisp a -i --json", "- a", "-e 1", "-e 1 -e 2 a b", "--eval 1 f -e", "-i",
        "-i f.lisp", "--no-init --json --keep-going -e 1", "-m a.b", "-m a.b c -m d", "-i -m a",
        "--interactive - x",
    ],
)  # fmt: skip
def test_the_quick_reader_of_options_agrees_with_argparse(line: str) -> None:
    words = line.split()
    assert vars(plain(words)) == vars(parser().parse_args(words))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "line", ["--version", "-h", "-e", "-e -1", "--nonsense", "--", "-e1", "-e 1 -- -x", "-m"]
)
def test_the_quick_reader_leaves_the_rest_to_argparse(line: str) -> None:
    assert plain(line.split()) is None


def test_the_prompt_starts_without_what_only_some_need() -> None:
    late = [
        "importlib.metadata",
        "platformdirs",
        "statistics",
        "orjson",
        "pygments",
        "tomllib",
        "pkgutil",
        "cProfile",
        "argparse",
        "ipykernel",
        "IPython",
        "matplotlib",
    ]
    program = (
        "import sys, polyrepl.repl.terminal.terminal\n"
        "print([name for name in sys.argv[1:] if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program, *late], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
