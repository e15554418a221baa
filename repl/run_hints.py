"""What to do about an exception of a running program, where its type or its text tells.

In: a Python exception, or the message of a JavaScript error. Out: the text behind `hint:`, or None.
"""

from __future__ import annotations

import re
import sys

from polyrepl.lisp.names import suggest

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


def python_hint(exception: BaseException) -> str | None:
    """What to do about a Python exception, where its type tells."""
    if isinstance(exception, ModuleNotFoundError) and exception.name:
        module = exception.name.partition(".")[0]
        if module in sys.modules or module in sys.stdlib_module_names:
            return None  # the package is there; it has no such module
        return f"python -m pip install {DISTRIBUTIONS.get(module, module)}"
    if isinstance(exception, AttributeError) and exception.name and exception.obj is not None:
        try:
            near = suggest(exception.name, [name for name in dir(exception.obj) if name[0] != "_"])
        except Exception:  # a class's own __dir__ may do anything
            return None
        return f"did you mean {near}?" if near else None
    return None


def javascript_hint(message: str) -> str | None:
    """What to do about `o.name is not a function`, where the name tells."""
    if match := re.search(r"\.([A-Za-z_]\w*) is not a function$", message):
        return pythonic(match[1])
    # Names of methods are not translated: a Lisp would say `to-dict` for `to_dict` or `toDict`.
    match = re.search(r"([A-Za-z_$][\w$]*(?:-[\w$]+)+) is not a function$", message)
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
