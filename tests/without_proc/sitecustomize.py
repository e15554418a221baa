"""First on PYTHONPATH, this makes a Python like on a system without /proc and process descriptors."""

import os
import sys


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    if event in ("open", "os.listdir", "os.scandir") and str(arguments[0]).startswith("/proc"):
        raise FileNotFoundError(2, "No such file or directory", arguments[0])


sys.addaudithook(refuse)
if hasattr(os, "pidfd_open"):
    del os.pidfd_open
