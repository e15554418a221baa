"""A JupyterLite with the kernel, as a part of a page's folder.

In: where to, what its programs are to have. Out: what `jupyter lite build` makes, with the addon (addon.py)
and nothing else that happens to be installed.
"""

from __future__ import annotations

import importlib.util
import json
import sys
import tempfile
from pathlib import Path

from .assets import run
from .problem import WebProblem


def jupyterlite(target: Path, packages: tuple[str, ...], npm: tuple[str, ...], contents: Path | None) -> None:
    """Build it.

    Args:
        target: the folder, made.
        packages: Python packages, as pip takes them.
        npm: JavaScript packages, as npm takes them.
        contents: a folder with what the file browser shows at first.

    Raises:
        WebProblem: JupyterLite is not installed, or its build fails.
    """
    if importlib.util.find_spec("jupyterlite_core") is None:
        raise WebProblem("--lite needs JupyterLite: python -m pip install 'polyrepl[lite]'")
    settings = {
        "LiteBuildConfig": {
            "output_dir": str(target.resolve()),
            "contents": [str(contents.resolve())] if contents is not None else [],
            "no_sourcemaps": True,
            "ignore_sys_prefix": ["federated_extensions"],
        },
        "PolyreplAddon": {"packages": packages, "npm": npm},
    }
    with tempfile.TemporaryDirectory() as place:
        (Path(place) / "jupyter_lite_config.json").write_text(json.dumps(settings), "utf-8")
        said = run([sys.executable, "-m", "jupyterlite_core", "build"], Path(place))
    if said is not None:
        ours = [line for line in said.splitlines() if "polyrepl: " in line]
        last = "\n".join(f"  {line}" for line in said.splitlines()[-6:])
        raise WebProblem(
            ours[0].partition("polyrepl: ")[2] if ours else f"jupyter lite build failed:\n{last}"
        )
