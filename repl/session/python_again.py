"""Loading modules of Python again.

In: the name of a module, files that were edited. Out: the module with new definitions: functions and classes
stay the objects that they are and get the new code, so that whoever holds one, in whichever language, and the
instances of a class, have it too.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import site
import sys
import sysconfig
from importlib.util import cache_from_source
from types import FunctionType, ModuleType
from typing import Any

Stamp = tuple[int, int, int]


def load_again(name: str) -> ModuleType:
    """The module, loaded for the first time or again. Raises what its import raises; it is as before then."""
    module = sys.modules.get(name)
    if module is None:
        return importlib.import_module(name)
    before = dict(vars(module))
    file = getattr(module, "__file__", None)
    importlib.invalidate_caches()
    if file and file.endswith(".py"):
        # What was compiled counts as fresh when the text has changed within a second and not in length.
        with contextlib.suppress(OSError, NotImplementedError):
            os.unlink(cache_from_source(file))
    try:
        module = importlib.reload(module)
    except BaseException:
        vars(module).clear()
        vars(module).update(before)
        raise
    space = vars(module)
    for key, old in before.items():
        new = space.get(key, old)
        if new is not old and getattr(old, "__module__", None) == name and renew(old, new):
            space[key] = old
    return module


def renew(old: Any, new: Any) -> bool:
    """Make of an object what the new one is. False where that cannot be: then nothing has changed."""
    if type(old) is not type(new):
        return False
    if isinstance(old, FunctionType):
        return renew_function(old, new)
    return isinstance(old, type) and renew_class(old, new)


def renew_function(old: FunctionType, new: FunctionType) -> bool:
    if old.__code__.co_freevars or new.__code__.co_freevars:
        return False  # a decorator's: what it closes over is another thing now
    old.__code__ = new.__code__
    old.__defaults__, old.__kwdefaults__ = new.__defaults__, new.__kwdefaults__
    old.__doc__, old.__annotations__ = new.__doc__, new.__annotations__
    vars(old).clear()
    vars(old).update(vars(new))
    return True


_KEPT = frozenset(("__dict__", "__weakref__", "__abc_impl", "_abc_impl"))


def renew_class(old: type, new: type) -> bool:
    """As `renew`. Methods and all other attributes are the new class's; instances stay instances."""
    if type(old) is not type or "__slots__" in vars(new) or "__slots__" in vars(old):
        return False  # a metaclass (an enum, a model of some library) knows more than what can be seen
    if old.__bases__ != new.__bases__:
        try:
            old.__bases__ = new.__bases__
        except TypeError:
            return False
    for name in [name for name in vars(old) if name not in vars(new) and name not in _KEPT]:
        delattr(old, name)
    for name, value in list(vars(new).items()):
        if name in _KEPT:
            continue
        for function in functions_of(value):
            for cell in function.__closure__ or ():  # what `super()` asks for
                with contextlib.suppress(ValueError):
                    if cell.cell_contents is new:
                        cell.cell_contents = old
        setattr(old, name, value)
    return True


def functions_of(value: Any) -> list[FunctionType]:
    """The functions that an attribute of a class is made of."""
    if isinstance(value, property):
        found: list[Any] = [value.fget, value.fset, value.fdel]
    else:
        found = [getattr(value, "__func__", value)]
    return [each for each in found if isinstance(each, FunctionType)]


class OwnModules:
    """The program's own modules of Python, as they were when they were first seen here."""

    def __init__(self) -> None:
        paths = sysconfig.get_paths()
        places = [paths["stdlib"], paths["platstdlib"], paths["purelib"], paths["platlib"]]
        places += [site.getusersitepackages(), os.path.dirname(os.path.dirname(os.path.dirname(__file__)))]
        self._others = tuple(os.path.realpath(place) + os.sep for place in places)
        self._own: dict[str, bool] = {}  # whether a folder of modules is the program's
        self._known: dict[str, tuple[str, Stamp] | None] = {}
        self._seen: tuple[int, str] | None = None  # how many modules there were, and the last of them

    def note(self) -> None:
        """Look for modules that were imported since."""
        seen = len(sys.modules), next(reversed(sys.modules), "")
        if seen == self._seen:
            return
        self._seen = seen
        for name in [name for name in sys.modules if name not in self._known]:
            self.loaded(name)

    def changed(self) -> list[str]:
        """The modules whose files are other than when they were loaded, the imported before the importing."""
        self.note()
        return [
            name
            for name, known in reversed(self._known.items())
            if known is not None and name in sys.modules and stamp_of(known[0]) not in (known[1], None)
        ]

    def loaded(self, name: str) -> None:
        """A module was loaded, perhaps again."""
        file = self._own_file(name)
        stamp = None if file is None else stamp_of(file)
        self._known[name] = None if file is None or stamp is None else (file, stamp)

    def _own_file(self, name: str) -> str | None:
        """The file of a module; None for what is not the program's."""
        file = getattr(sys.modules.get(name), "__file__", None)
        if not isinstance(file, str) or not file.endswith(".py") or name == "__main__":
            return None
        folder = os.path.dirname(file)
        if folder not in self._own:  # there are a thousand modules, and few folders
            self._own[folder] = not (os.path.realpath(folder) + os.sep).startswith(self._others)
        own = self._own[folder] and not os.path.realpath(file).startswith(self._others)
        return file if own else None


def stamp_of(file: str) -> Stamp | None:
    """What tells one state of a file from another; None where there is none."""
    try:
        found = os.stat(file)
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size
