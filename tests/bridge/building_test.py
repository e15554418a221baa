"""Which compiler makes the library of the shared memory, with which options, and which one is loaded."""

from __future__ import annotations

import errno
import os
import shlex
import shutil
import sys
import types
from collections.abc import Callable
from pathlib import Path

import pytest
from descriptors import descriptors, left
from polyrepl.bridge import building, plane, rings
from processes import gone

pytestmark = pytest.mark.skipif(building.refused() is not None, reason="nothing is built here")
LIBRARY = Path(building.NATIVE) / building.NAME


@pytest.fixture
def compiler(tmp_path: Path) -> Path:
    """A program that notes its arguments and has made the last one; its folder has a space."""
    made = tmp_path / "my tools" / "compile"
    made.parent.mkdir()
    if not LIBRARY.exists():
        pytest.skip("there is no library")
    cp = shutil.which("cp")
    made.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" > "$0.told"\nfor last; do :; done\n{cp} {LIBRARY} "$last"\n'
    )
    made.chmod(0o755)
    return made


@pytest.mark.parametrize("options", [[], ["gcc", "-O1"], ["-DNAME=a b", "-m64"]])
def test_cc_is_a_command_with_options(
    options: list[str], compiler: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", shlex.join([str(compiler), *options]))
    assert building.build(str(tmp_path / "made.so")) is None
    told = Path(f"{compiler}.told").read_text().splitlines()
    assert told[: len(options)] == options and "-shared" in told


@pytest.mark.parametrize("cc", ["", "  ", "no-such-compiler -O2", "cc '"])
def test_a_cc_that_is_none_gives_way_to_those_of_the_system(
    cc: str, compiler: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CC", cc)
    monkeypatch.setenv("PATH", str(compiler.parent))
    assert building.build(str(tmp_path / "made.so")) == "there is no C compiler"
    compiler.rename(compiler.with_name("gcc"))
    assert building.build(str(tmp_path / "made.so")) is None


@pytest.mark.parametrize(
    ("does", "why"),
    [
        ("exit 3", "the C compiler failed (exit status 3)"),
        ("kill -SEGV $$", "the C compiler failed (signal 11)"),
        (
            r"printf 'In x:\n x.c:1: error: \351 \033[1m\n1 problem\n' >&2; exit 1",
            "x.c:1: error: \ufffd ?[1m)",
        ),
        ("head -c 1000000 /dev/zero >&2; exit 1", None),
        ("exit 0", "what the C compiler has made can not be loaded (it is no library)"),
        ('for last; do :; done; head -c 20000 {library} > "$last"', "can not be loaded (it is cut off)"),
        (
            'for last; do :; done; cp {other} "$last"',
            "{name}: undefined symbol: PyInit_plane)",
        ),
        ("sleep 1000 & echo $! > $0.pid; wait", "the C compiler failed (it was not ready after 2 seconds)"),
    ],
)
def test_what_a_compiler_makes_is_a_library_or_nothing(
    does: str, why: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever it is and does: one line says why, and nothing is left."""
    import select  # any other module in C

    other = getattr(select, "__file__", None)
    if "{other}" in does and other is None:
        pytest.skip("all modules are in Python itself")
    compiler, target = tmp_path / "cc", tmp_path / "out" / "made.so"
    target.parent.mkdir()
    does = does.replace("{library}", str(LIBRARY)).replace("{other}", str(other))
    compiler.write_text(f"#!/bin/sh\n{does}\n")
    compiler.chmod(0o755)
    monkeypatch.setenv("CC", str(compiler))
    said = building.build(str(target), 2 if "sleep" in does else 60)
    assert said is not None and len(said) < 300 and said.isprintable()
    if why is not None and "{name}" not in why:
        assert said.endswith(why)
    assert os.listdir(target.parent) == []
    started = Path(f"{compiler}.pid")
    if started.exists() and started.read_text():  # else it had not come so far
        assert gone(int(started.read_text()))


# ---- which is loaded


def elsewhere(tmp_path: Path, made: Callable[[bytes], bytes | None]) -> types.ModuleType:
    """`building`, as in an installed package whose library is what `made` says of ours."""
    if not LIBRARY.exists():
        pytest.skip("there is no library")
    native = tmp_path / "bridge" / "native"
    native.mkdir(parents=True)
    content = made(LIBRARY.read_bytes())
    if content is not None:
        (native / building.NAME).write_bytes(content)
    found = types.ModuleType("building")
    found.__file__ = str(shutil.copy(building.__file__, native.parent))
    exec(compile(Path(found.__file__).read_text(), found.__file__, "exec"), found.__dict__)
    return found


CUT = "its library can not be loaded (it is cut off)"


@pytest.mark.parametrize(
    ("made", "why"),
    [
        (lambda whole: None, "this package was built without a C compiler"),
        *[(lambda whole, n=n: whole[: len(whole) * n // 16], CUT) for n in range(1, 16)],
        *[(lambda whole, n=n: whole[:n], CUT) for n in (4, 5, 19, 40, 63, 64)],
        (lambda whole: b"", "its library can not be loaded (it is no library)"),
        (lambda whole: b"text\n" * 10000, "its library can not be loaded (it is no library)"),
        (lambda whole: whole[:18] + b"\xf3\x00" + whole[20:], "(it is for another kind of machine)"),
        (lambda whole: whole[:5] + b"\x07" + whole[6:], CUT),
        (lambda whole: whole.replace(b"PyInit_plane", b"PyInit_plain"), "function (PyInit_plane))"),
    ],
)
def test_a_library_that_is_not_ours_is_not_used(
    made: Callable[[bytes], bytes | None], why: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that is cut off would end the process that loads it."""
    installed = elsewhere(tmp_path, made)
    monkeypatch.setattr(rings, "library", installed.library)
    said = rings._loaded.__wrapped__()
    assert isinstance(said, str) and said.endswith(why)
    if "PyInit" not in why:
        monkeypatch.setattr(plane, "find_library", installed.library)
        assert plane._tried.__wrapped__() == said


def test_a_library_of_another_version_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for module, load in ((rings, rings._loaded), (plane, plane._tried)):
        assert not isinstance(load.__wrapped__(), str)
        monkeypatch.setattr(module, "VERSION", building.VERSION + 1)
        assert load.__wrapped__() == "its library is of another version of polyrepl"


def test_a_system_may_have_no_shared_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuses(name: str, flags: int) -> int:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS))

    def small(fd: int, size: int) -> None:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))

    fds = descriptors()
    for name, stand_in, why in (("memfd_create", refuses, errno.ENOSYS), ("ftruncate", small, errno.EFBIG)):
        with monkeypatch.context() as patch:
            patch.setattr(os, name, stand_in)
            expected = f"the system gives no shared memory ({os.strerror(why)})"
            assert rings.offer() == expected and plane._tried.__wrapped__() == expected
    assert not left(fds)


@pytest.mark.parametrize(
    ("of", "name", "value", "why"),
    [
        (sys, "platform", "darwin", "darwin has no memfd"),
        (sys, "platform", "android", "android has no memfd"),
        (sys, "abiflags", "t", "a free-threaded Python has no stable interface for it"),
        (sys, "abiflags", "td", "a free-threaded Python has no stable interface for it"),
        (sys, "implementation", types.SimpleNamespace(name="pypy"), "pypy has no stable interface for it"),
        (os, "memfd_create", None, "linux has no memfd"),
    ],
)
def test_who_has_no_use_for_it(
    of: types.ModuleType, name: str, value: object, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert building.refused() is None
    with monkeypatch.context() as patch:
        if value is None:
            patch.delattr(of, name)
        else:
            patch.setattr(of, name, value)
        assert building.refused() == why
