"""The library of the shared memory, made of the C files in `native`.

In: a C compiler, where there is one. Out: the library, beside its source or where it is asked for. It is
called when a package is built (hatch_build.py), which reads this file by itself, and in a checkout, whose
library is made when it is first needed and again when the source is newer.
"""

from __future__ import annotations

import contextlib
import os
import struct
import sys
from collections.abc import Iterator

NATIVE = os.path.join(os.path.dirname(os.path.realpath(__file__)), "native")
NAME = "plane.abi3.so"
VERSION = 3
"""Of the library: it counts on with each change of what Python or Node calls (native/hosts.h has it too)."""
_FLAGS = ("-O2", "-fPIC", "-shared", "-fvisibility=hidden", "-pthread")
_MAPPED = 1  # PT_LOAD, a part of an ELF file
_AT_START = 20.0  # seconds that a start waits for a compiler
_LONGEST = 200  # characters of what a compiler says
# One that was compiled with a sanitizer ends the process that loads it: another one tries.
_LOADS = """
import ctypes, sys
found = ctypes.PyDLL(sys.argv[1])
found.PyInit_plane, found.plane_open, found.napi_register_module_v1
"""


def refused() -> str | None:
    """Why this Python, or this system, has no use for it; None where it has."""
    if os.environ.get("POLYREPL_PURE"):
        return "POLYREPL_PURE is set"
    if not sys.platform.startswith("linux") or not hasattr(os, "memfd_create"):
        return f"{sys.platform} has no memfd"
    if sys.implementation.name != "cpython":
        return f"{sys.implementation.name} has no stable interface for it"
    if "t" in sys.abiflags:
        return "a free-threaded Python has no stable interface for it"
    return None


def build(target: str, seconds: float = 60) -> str | None:
    """Compile it. Returns why that could not be, or None. Another that does the same meanwhile does no harm.

    Args:
        target: where it is put, in one step, when another process has loaded it.
        seconds: how long the compiler may take.
    """
    import tempfile  # late, as all that is only for building: a start asks for the library too

    compiler = _compiler()
    if compiler is None:
        return "there is no C compiler"
    try:
        made, name = tempfile.mkstemp(dir=os.path.dirname(target), suffix=".so")
    except OSError as error:
        return f"{os.path.dirname(target)} can not be written ({error.strerror})"
    os.close(made)
    try:
        failed = _run([*compiler, *_FLAGS, *_sources(".c"), "-o", name], seconds)
        if failed is not None:
            return f"the C compiler failed ({failed})"
        if "_PYTHON_HOST_PLATFORM" not in os.environ:  # else it is for another machine
            wrong = damaged(name)
            if wrong is None and sys.executable:
                wrong = _run([sys.executable, "-I", "-S", "-c", _LOADS, name], seconds)
            if wrong is not None:
                return f"what the C compiler has made can not be loaded ({wrong})"
        os.chmod(name, 0o755)
        os.replace(name, target)
        return None
    except OSError as error:
        return f"the C compiler failed ({error})"
    finally:
        with contextlib.suppress(OSError):
            os.unlink(name)


def _run(command: list[str], seconds: float) -> str | None:
    """Run a program, which may be any. Returns in one line why it has failed, or None."""
    import re
    import signal
    import subprocess

    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            said = process.communicate(timeout=seconds)[1]
        except subprocess.TimeoutExpired:
            return f"it was not ready after {seconds:g} seconds"
        finally:
            if process.returncode is None:  # what it has started too
                os.killpg(process.pid, signal.SIGKILL)
    status = process.returncode
    if status == 0:
        return None
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    telling = next((line for line in lines if re.search(r"\b[Ee]rror\b", line)), lines[-1] if lines else "")
    ended = f"exit status {status}" if status > 0 else f"signal {-status}"
    return "".join(each if each.isprintable() else "?" for each in telling)[:_LONGEST] or ended


def damaged(path: str) -> str | None:
    """What is wrong with a file that is to be loaded; None if nothing is. Who loads one that is cut off is
    ended by a SIGBUS."""
    try:
        with open(path, "rb") as file:
            data = file.read()
        if data[:4] != b"\x7fELF":
            return "it is no library"
        if len(data) < max(_ends(data)):
            return "it is cut off"
        with contextlib.suppress(OSError), open("/proc/self/exe", "rb") as file:
            here = file.read(20)
            if here[:4] == data[:4] and (here[4:6], here[18:20]) != (data[4:6], data[18:20]):
                return "it is for another kind of machine"
    except OSError as error:
        return error.strerror
    except (struct.error, LookupError):
        return "it is cut off"
    return None


def _ends(elf: bytes) -> Iterator[int]:
    """Where everything ends that a library's header speaks of."""
    wide, order = elf[4] == 2, {1: "<", 2: ">"}[elf[5]]
    header = struct.unpack_from(f"{order}{'2Q' if wide else '2I'}I5H", elf, 32 if wide else 28)
    parts, sections, _, _, part, count, section, others = header
    yield sections + section * others
    yield parts + part * count
    for at in range(parts, parts + part * count, part):
        kind, *more = struct.unpack_from(f"{order}{'IIQQQQ' if wide else '5I'}", elf, at)
        offset, size = (more[1], more[4]) if wide else (more[0], more[3])
        if kind == _MAPPED:
            yield offset + size


def _sources(*ends: str) -> list[str]:
    return [os.path.join(NATIVE, name) for name in sorted(os.listdir(NATIVE)) if name.endswith(ends)]


def _compiler() -> list[str] | None:
    """The command, with the options that `CC` gives it: `ccache gcc -m64` is one."""
    import shlex
    import shutil

    try:
        chosen = shlex.split(os.environ.get("CC", ""))
    except ValueError:  # a quotation without its end
        chosen = []
    commands = (chosen, ["cc"], ["gcc"], ["clang"])
    return next((command for command in commands if command and shutil.which(command[0])), None)


def library() -> tuple[str, str | None]:
    """Path of the library, and why there is none. In a checkout it is made when it is missing, old or
    damaged."""
    path, root = os.path.join(NATIVE, NAME), os.path.dirname(os.path.dirname(NATIVE))
    made = os.path.getmtime(path) if os.path.isfile(path) else None
    wrong = "this package was built without a C compiler" if made is None else damaged(path)
    sources = _sources(".c", ".h") if os.path.isfile(os.path.join(root, "hatch_build.py")) else []
    if sources and (made is None or wrong is not None or made < max(map(os.path.getmtime, sources))):
        return path, build(path, _AT_START)
    return path, f"its library can not be loaded ({wrong})" if made is not None and wrong else wrong
