"""`--json` as a channel: whatever the program writes is JSON, each form has an end, SIGINT ends one form."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from running import COMMAND, environment, polyrepl


def rows_of(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def said(rows: list[dict[str, Any]]) -> str:
    return "".join(row["text"] for row in rows if row["type"] == "output" and row["stream"] == "stdout")


class Channel:
    """A process that is asked."""

    def __init__(self, folder: Path, *options: str) -> None:
        self.process = subprocess.Popen(
            [*COMMAND, "--json", *options], cwd=folder, env=environment(folder), text=True, bufsize=1,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def send(self, text: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(text + "\n")
        self.process.stdin.flush()

    def row(self) -> dict[str, Any]:
        assert self.process.stdout is not None
        found: dict[str, Any] = json.loads(self.process.stdout.readline())
        return found

    def until_end(self) -> list[dict[str, Any]]:
        rows = [self.row()]
        while rows[-1]["type"] != "end":
            rows.append(self.row())
        return rows

    def ask(self, text: str) -> list[dict[str, Any]]:
        self.send(text)
        return self.until_end()

    def close(self) -> tuple[str, str]:
        rest = self.process.communicate(timeout=20)
        return rest


@pytest.fixture
def channel(tmp_path: Path) -> Iterator[Channel]:
    made = Channel(tmp_path, "--keep-going")
    yield made
    made.process.kill()
    made.process.communicate()


@pytest.mark.parametrize(
    ("program", "text"),
    [
        ('(py.import "os") (os.system "echo raw")', "raw\n"),
        ('(py.import "os") (os.write 1 (py.bytes "w\\n" "utf8"))', "w\n"),
        ("(py.exec \"import sys\\nsys.__stdout__.write('dunder\\\\n')\")", "dunder\n"),
        ("(py.exec \"import subprocess; subprocess.run(['echo', 'sub'])\")", "sub\n"),
        ("(py.exec \"import os; os.write(1, b'\\\\xff\\\\n')\")", "\\xff\n"),
        ('(py.import "os") (os.system "printf %02000000d 0")', "0" * 2_000_000),
        ('(.execSync (require "node:child_process") "echo js" {:stdio "inherit"})', "js\n"),
        ("(py.exec \"import ctypes; ctypes.CDLL(None).puts(b'c'); ctypes.CDLL(None).fflush(None)\")", "c\n"),
        ("(py.exec \"import atexit, os; atexit.register(lambda: os.system('echo late'))\")", "late\n"),
    ],
)
def test_what_is_written_to_the_descriptor_is_output(program: str, text: str, tmp_path: Path) -> None:
    done = polyrepl("--json", "-e", program, cwd=tmp_path)
    assert (done.code, done.err) == (0, "")
    assert said(rows_of(done.out)) == text


def test_it_stands_in_its_place(tmp_path: Path) -> None:
    raw = '(os.system "echo b") (println "c") (os.write 1 (py.bytes "d" "utf8"))'
    program = f'(py.import "os") (println "a") {raw} 5'
    rows = rows_of(polyrepl("--json", "-e", program, cwd=tmp_path).out)
    assert said(rows) == "a\nb\nc\nd"
    kinds = [row.get("text") for row in rows if row["type"] in ("output", "value")]
    assert kinds == ["a\n", "b\n", "0", "c\n", "d", "1", "5"]


def test_each_form_has_an_end_and_a_request_its_own(channel: Channel) -> None:
    assert channel.ask("(+ 1 2)") == [
        {"type": "value", "text": "3", "language": "javascript"},
        {"type": "end", "id": 1, "status": "ok"},
    ]
    assert channel.ask("nil") == [{"type": "end", "id": 2, "status": "ok"}]
    assert channel.ask("(nosuch)")[-1] == {"type": "end", "id": 3, "status": "error"}
    two = channel.ask(json.dumps({"id": {"any": [1]}, "code": '(def x 2)\n(println "é")\n(* x 3)'}))
    assert [row.get("text") for row in two] == ["é\n", "6", None]
    assert two[-1] == {"type": "end", "id": {"any": [1]}, "status": "ok"}
    assert channel.ask(json.dumps({"id": "b", "code": "(+ 1"}))[-1] == {
        "type": "end", "id": "b", "status": "error",
    }  # fmt: skip
    assert channel.ask(json.dumps({"id": "c", "code": ""})) == [{"type": "end", "id": "c", "status": "ok"}]
    assert channel.ask('{"id" 1}')[0]["text"] == "{:id 1}"
    assert channel.ask(json.dumps({"code": "(exit 4)", "id": 5})) == [
        {"type": "exit", "code": 4},
        {"type": "end", "id": 5, "status": "exit"},
    ]
    assert channel.close() == ("", "")
    assert channel.process.returncode == 4


def test_a_request_without_code_is_answered(channel: Channel) -> None:
    for line, ident in (
        ('{"id": "q"}', "q"),
        ('{"code": 5, "id": [1]}', [1]),
        ('{"id": 2, "code": null}', 2),
    ):
        said, end = channel.ask(line)
        assert (said["type"], said["name"]) == ("error", "RequestError")
        assert end == {"type": "end", "id": ident, "status": "error"}
    assert channel.ask('{"id": 3, "code": "(+ 1 2)"}')[0]["text"] == "3"


BYTES = """
import sys
for stream in (sys.stdout, sys.__stdout__, sys.stderr):
    stream.reconfigure(encoding='utf-8', line_buffering=True)
    stream.buffer.write('é'.encode() + bytes([255, 10]))
    stream.buffer.flush()
"""


DEEP = "[" * 50_000 + "]" * 50_000


@pytest.mark.parametrize(
    ("line", "ident", "wrong"),
    [
        (b'{"id": "a", "code": "(+ 1', "a", "Unterminated string"),
        (b'{"id":7,"code":"(+ 1', 7, "Unterminated string"),  # the Lisp would wait for the end of the text
        (b'{"id": 1, "code": "1"} {"id": 2, "code": "2"}', 1, "Extra data"),
        (b'{"id": 1, "code": "1", "more": %b}' % DEEP.encode(), 1, "nested too deeply"),
        (b'{"id": %b, "code": "1"}' % DEEP.encode(), None, "nested too deeply"),
        (b'{"id": NaN, "code": "1"}', None, "NaN is no JSON"),
        (b'{"id": %b, "code": "1"}' % (b"9" * 5000), None, "no JSON"),
        (b'{"id": [1, "x"], "code": "\xff"}', [1, "x"], "byte 0xff is not UTF-8"),
        (b'{"id": 5, "code": "\xe2\x82', 5, "byte 0xe2 is not UTF-8"),
        (b'{"code": "\xff", "id": 5}', None, "byte 0xff is not UTF-8"),
    ],
)
def test_a_request_that_cannot_be_read_costs_itself(
    tmp_path: Path, line: bytes, ident: object, wrong: str
) -> None:
    text = line + b'\n{"id": "next", "code": "(+ 1 2)"}\n'
    done = subprocess.run(
        [*COMMAND, "--json", "--keep-going"],
        input=text, cwd=tmp_path, env=environment(tmp_path), capture_output=True, timeout=60, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, b"")
    error, end, value, next_end = rows_of(done.stdout.decode())
    assert error["type"] == "error" and wrong in error["message"]
    assert end == {"type": "end", "id": ident, "status": "error"}
    assert value["text"] == "3" and next_end == {"type": "end", "id": "next", "status": "ok"}


def test_a_deep_id_goes_back(channel: Channel) -> None:
    ident: object = 1
    for _ in range(900):
        ident = [ident]
    assert channel.ask(json.dumps({"id": ident, "code": "2"}))[1]["id"] == ident


def test_a_map_that_looks_like_a_request_is_lisp(channel: Channel) -> None:
    assert channel.ask('{"id":x}')[0]["text"] == "{:id :x}"


def test_standard_output_has_bytes_and_settings(tmp_path: Path) -> None:
    done = polyrepl("--json", "-e", f'(py.exec "{BYTES}")', cwd=tmp_path)
    output = [(row["stream"], row["text"]) for row in rows_of(done.out) if row["type"] == "output"]
    assert output == [(stream, "é\\xff\n") for stream in ("stdout", "stdout", "stderr")]


def test_sigint_ends_the_form_only(channel: Channel) -> None:
    channel.ask("(def kept 41)")
    for code in (
        '(println "go") (while true nil)',
        '(println "go") (await (new Promise (fn (ok) (setTimeout ok 1e6))))',
    ):
        channel.send(json.dumps({"id": "long", "code": code}))
        assert channel.row()["text"] == "go\n"
        channel.process.send_signal(signal.SIGINT)
        rows = channel.until_end()
        assert [row["type"] for row in rows] == ["interrupt", "end"]
        assert rows[-1]["status"] == "interrupt"
        assert channel.ask("(+ kept 1)")[0]["text"] == "42"


def test_sigint_after_the_end_of_a_form_finds_nothing(channel: Channel) -> None:
    channel.ask("(def kept 41)")
    for request in (False, True) * 10:
        channel.process.send_signal(signal.SIGINT)
        text = "(+ kept 1)"
        rows = channel.ask(json.dumps({"id": 1, "code": text}) if request else text)
        assert [row.get("text") for row in rows] == ["42", None]


def test_without_keep_going_sigint_ends_the_process(tmp_path: Path) -> None:
    channel = Channel(tmp_path)
    channel.send(json.dumps({"id": 1, "code": '(println "go") (while true nil)'}))
    assert channel.row()["text"] == "go\n"
    channel.process.send_signal(signal.SIGINT)
    rest, _ = channel.close()
    assert [row["type"] for row in rows_of(rest)] == ["interrupt", "end"]
    assert channel.process.returncode == -signal.SIGINT
