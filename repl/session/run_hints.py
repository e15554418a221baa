"""What to do about an exception of a running program, where its type or its text tells.

In: a Python exception, or the message of a JavaScript error. Out: the text behind `hint:`, or None.
"""

from __future__ import annotations

import os
import re
import sys

from polyrepl import SITES
from polyrepl.bridge.namespace import Names
from polyrepl.lisp.analyze.hints import LIKELY_PYTHON
from polyrepl.lisp.analyze.names import suggest

DISTRIBUTIONS = {
    "PIL": "pillow",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "yaml": "pyyaml",
}

# How a file of the program is loaded, by its suffix, where it is no module of Python's.
BESIDE = {
    ".lisp": '(import "{path}")',
    ".mjs": '(js.import "{path}")',
    ".cjs": '(js.import "{path}")',
    ".js": '(js.import "{path}")',
}

# What a method of Python's own types is called here, where the value has become JavaScript's.
OF_STRINGS = {
    "capitalize": "capitalize",
    "endswith": "ends-with?",
    "find": "index-of",
    "lower": "lower-case",
    "splitlines": "split-lines",
    "startswith": "starts-with?",
    "strip": "trim",
    "upper": "upper-case",
}
OF_ARRAYS = {"append": "push!", "extend": "into", "index": "index-of"}
OF_OBJECTS = {"items": "entries", "update": "merge", "values": "vals"}
OF_NUMBERS = ("astype", "item", "tolist")
_LITERAL = re.compile(r'(?:".*"|-?[0-9][0-9.e+-]*n?|nil|true|false) is not a function', re.DOTALL)
_BROWSER = re.compile(r"(document|window|localStorage|sessionStorage) is not defined")
LONGEST_NAME = 200  # what is longer has no hint


def python_hint(exception: BaseException, installer: str = "python -m pip install") -> str | None:
    """What to do about a Python exception, where its type tells.

    Args:
        exception: it.
        installer: the command before the name of a package.
    """
    if sys.platform == "emscripten":
        installer = "build the page with it: polyrepl web build --packages"
        if (hint := browser_hint(exception)) is not None:
            return hint
    try:
        name = getattr(exception, "name", None)
    except Exception:  # a property may do anything
        return None
    if not isinstance(name, str) or len(name) > LONGEST_NAME:
        return None
    if isinstance(exception, ModuleNotFoundError) and exception.name:
        module = exception.name.partition(".")[0]
        if module in sys.modules or module in sys.stdlib_module_names:
            return None  # the package is there; it has no such module
        return beside_hint(module) or f"{installer} {DISTRIBUTIONS.get(module, module)}"
    if isinstance(exception, NameError) and (of_program(name) or is_module(name)):
        return f"Python loads it by: import {name}"
    if isinstance(exception, AttributeError) and exception.name and exception.obj is not None:
        if isinstance(exception.obj, Names) and (of_program(name) or is_module(name)):
            return f'load it first: (py.import "{name}"), then {name} is its name'
        try:
            near = suggest(exception.name, [name for name in dir(exception.obj) if name[0] != "_"])
        except Exception:  # a class's own __dir__ may do anything
            return None
        return f"did you mean {near}?" if near else None
    return None


def browser_hint(exception: BaseException) -> str | None:
    """What to do about what a browser's Python has not got: sockets, threads, processes."""
    kinds = {f"{kind.__module__}.{kind.__name__}" for kind in type(exception).__mro__}
    if kinds & {"urllib.error.URLError", "builtins.ConnectionError", "socket.gaierror"} or (
        "http.client.HTTPException" in kinds
    ):
        return (
            'a browser\'s Python has no sockets: (await (fetch "https://..")) in Lisp, or in Python '
            'await js.fetch("https://..") and pyodide.http.open_url("https://..")'
        )
    said = str(exception.args[0]) if exception.args else ""
    if isinstance(exception, RuntimeError) and said == "can't start new thread":
        return "a browser's Python has no threads: use asyncio, or a Worker of JavaScript's"
    if isinstance(exception, OSError) and "does not support processes" in str(exception):
        return "a browser's Python can start no processes"
    return None


def beside_hint(module: str) -> str | None:
    """How to load what lies beside the program under the name of a module that was not found: nothing is to
    be installed then."""
    if not module.isidentifier():
        return None
    for folder in own_folders():
        whole = os.path.abspath(folder)
        place = os.path.join(whole, module)
        for suffix, way in BESIDE.items():
            if os.path.isfile(place + suffix):
                path = f"./{module}{suffix}" if folder in sys.path else place + suffix
                return f"{module}{suffix} is a file of the program: {way.format(path=path)}"
        if os.path.isfile(place + ".py") or os.path.isdir(place):
            return f'{module} is in {whole}: (py.import sys) (sys.path.append "{whole}") finds it'
    return None


def own_folders() -> list[str]:
    """The working folder, and those of `sys.path` that hold neither the standard library nor what is
    installed."""
    library = os.path.dirname(os.__file__)
    own = [path for path in sys.path if not path.startswith(library) and os.path.basename(path) not in SITES]
    return ["", *own]


def module_hint(message: str) -> str | None:
    """What a JavaScript module that is not there may be instead: the program's own, a module of Python's."""
    match = re.fullmatch(r'cannot find the JavaScript module "([A-Za-z_][\w.]*)" from .*', message, re.DOTALL)
    if match is None:
        return None
    root = match[1].partition(".")[0]
    if of_program(root):
        return f'of Python: (py.import "{match[1]}")'
    if hint := beside_hint(root):
        return hint
    if root not in LIKELY_PYTHON and not is_module(root):
        return None
    return f'of Python: (py.import "{match[1]}"); of npm: polyrepl npm install {match[1]}'


def is_module(name: str) -> bool:
    """Would Python find this module anywhere?"""
    try:
        from importlib.util import find_spec

        return find_spec(name) is not None
    except (ImportError, ValueError, AttributeError):  # a finder or a module that is half there
        return False


def of_program(module: str) -> bool:
    """Would Python find this module beside the program?"""
    found = (
        os.path.isfile(os.path.join(folder, module + ".py")) or os.path.isdir(os.path.join(folder, module))
        for folder in own_folders()
        if folder in sys.path
    )
    return any(found)


def javascript_hint(message: str) -> str | None:
    """What to do about `o.name is not a function`, where the name tells."""
    if message in (
        "Symbol(Symbol.dispose) is not a function",
        "Symbol(Symbol.asyncDispose) is not a function",
    ):
        return "a library cannot tell a Python manager of errors: (with [x manager] ..), or `using` in a cell"
    if match := _LITERAL.fullmatch(message[: 2 * LONGEST_NAME]):
        return "the first item of (..) is what is called: (f x), as in (+ 1 2); data stand in [..]"
    if match := _BROWSER.fullmatch(message):
        return f"{match[1]} is a browser's: the page of `polyrepl web` has it, Node has not"
    if message.startswith("Class extends value "):
        return 'a parent is a class, which NamedTuple and Generic[T] are not: (py.exec "class ..")'
    message = message[-2 * LONGEST_NAME :]  # the name stands at its end
    if match := re.search(r"\.(length|size|message|stack|shape|columns|dtype) is not a function$", message):
        return f"a property is read by (.-{match[1]} o), or o.{match[1]}"
    if match := re.search(r"\.([A-Za-z_]\w*) is not a function$", message):
        read = f"(.-{match[1]} o), or o.{match[1]}, reads it"
        return pythonic(match[1]) or f"if {match[1]} is a property: {read}"
    # Names of methods are not translated: a Lisp would say `to-dict` for `to_dict` or `toDict`.
    match = re.search(r"\.([A-Za-z_$][\w$]*(?:-[\w$]+)+) is not a function$", message)
    if match is None:
        return None
    first, *rest = match[1].split("-")
    camel = first + "".join(part.capitalize() for part in rest)
    return f"methods keep the names of their language: {match[1].replace('-', '_')} or {camel}"


def pythonic(method: str) -> str | None:
    """A method of str, list, dict or of a NumPy scalar, called on what has become JavaScript's."""
    if hasattr(str, method):
        core = f"({OF_STRINGS[method]} s) or " if method in OF_STRINGS else ""
        return f"a str of Python is a JavaScript string here: {core}(py.str.{method} s)"
    if hasattr(list, method):
        core = f"({OF_ARRAYS[method]} xs ..), or " if method in OF_ARRAYS else ""
        return f"an array is no list of Python: {core}(py.list xs) makes one"
    if hasattr(dict, method):
        core = f"({OF_OBJECTS[method]} o), or " if method in OF_OBJECTS else ""
        return f"an object is no dict of Python: {core}(py.dict (entries o)) makes one"
    if method in OF_NUMBERS:
        return "a NumPy scalar is a JavaScript number here"
    return None
