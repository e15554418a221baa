"""Python files that JavaScript imports by their path (`$py("./x.py")`).

In: the path as it was written, the folder of the module that wrote it. Out: the file's module, the same one
however often and from wherever it is asked for.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
from types import ModuleType


def load(path: str, folder: str | None) -> ModuleType:
    """The module of a file, or of a folder with an `__init__.py`.

    Args:
        path: absolute, or meant from `folder`, else from the working folder.
        folder: where the code that asks lies, None when that is no file.

    Raises:
        ModuleNotFoundError: there is no such file. ImportError: it is none of Python's. Whatever its code
            raises.
    """
    file = os.path.realpath(_find(path, folder))
    place, base = os.path.split(file)
    package = base == "__init__.py"
    name = os.path.basename(place) if package else os.path.splitext(base)[0]
    # A name that is another module's stays that one's: a json.py is no json to who imports that.
    for key in (name, f"{name} ({file})"):
        known = sys.modules.get(key)
        if known is not None and _file_of(known) == file:
            return known
    if name.isidentifier():
        try:
            spec = importlib.util.find_spec(name)
        except (ImportError, ValueError):
            spec = None
            name = f"{name} ({file})"
        if spec is not None:
            if spec.origin is not None and os.path.realpath(spec.origin) == file:
                return importlib.import_module(name)
            name = f"{name} ({file})"
    else:
        name = f"{name} ({file})"
    spec = importlib.util.spec_from_file_location(
        name, file, submodule_search_locations=[place] if package else None
    )
    if spec is None or spec.loader is None:
        raise ImportError(f"{file} is no file of Python's (.py)", path=file)
    beside = os.path.dirname(place) if package else place
    if beside not in sys.path:
        sys.path.append(beside)  # its neighbours are found, and hide nothing
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        sys.modules.pop(name, None)
        raise
    return sys.modules.get(name, module)


def _file_of(module: ModuleType) -> str | None:
    file = getattr(module, "__file__", None)
    return os.path.realpath(file) if isinstance(file, str) else None


def _find(path: str, folder: str | None) -> str:
    bases = [os.getcwd()] if folder is None else [folder, os.getcwd()]
    for base in bases:
        file = os.path.join(base, path)
        if os.path.isdir(file):
            file = os.path.join(file, "__init__.py")
        if os.path.isfile(file):
            return file
    where = "" if os.path.isabs(path) else f" in {' or '.join(dict.fromkeys(bases))}"
    raise ModuleNotFoundError(f"there is no file {path}{where}", path=path)
