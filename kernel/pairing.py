"""jupytext pairs notebooks with `.lisp` files.

In: jupytext, which knows the languages it was made for. Out: it knows `.lisp` too, in its percent format:
cells begin with `;; %%`, text and cells of other languages are comments. In `jupyter_server_config.py`:

    from polyrepl.kernel import pairing
    pairing.register()

On the command line `python -m polyrepl.kernel.pairing` is `jupytext` with that.
"""

from __future__ import annotations

import re
import sys
from importlib import import_module

from .cells import TEXT_MAGICS

EXTENSION, LANGUAGE, COMMENT = ".lisp", "polyrepl", ";;"


def register() -> None:
    """Tell jupytext of `.lisp`; harmless twice.

    Raises:
        ImportError: it is not installed.
    """
    languages, formats, magics = (
        import_module(f"jupytext.{name}") for name in ("languages", "formats", "magics")
    )
    if EXTENSION in languages._SCRIPT_EXTENSIONS:
        return
    languages._SCRIPT_EXTENSIONS[EXTENSION] = {"language": LANGUAGE, "comment": COMMENT}
    # Its tables by extension and by language: as for Clojure, whose comments are the same.
    for module in [module for name, module in sys.modules.items() if name.startswith("jupytext.")]:
        for table in [held for held in vars(module).values() if isinstance(held, dict)]:
            for alike, ours in ((".clj", EXTENSION), ("clojure", LANGUAGE)):
                if alike in table:
                    table.setdefault(ours, table[alike])
    magics._SCRIPT_LANGUAGES.append(LANGUAGE)
    # What IPython runs in a cell of ours is a comment in the file, so that the file is a program.
    magics._MAGIC_RE[LANGUAGE] = re.compile(r"^(;; |;;)*(%{1,3}[a-zA-Z]|\?{1,2}[\w.]|![\w.~/$\\{])")
    # The marks of cells in other languages, also of text (`%%writefile`); what comments look like in those.
    languages._COMMENT.update({"py": "#", "js": "//", **dict.fromkeys(TEXT_MAGICS, COMMENT)})
    for known in (languages._JUPYTER_LANGUAGES, languages._JUPYTER_LANGUAGES_LOWER_AND_UPPER):
        known.update(("py", LANGUAGE, *TEXT_MAGICS))
    percent = next(known for known in formats.JUPYTEXT_FORMATS if known.format_name == "percent")
    made = formats.NotebookFormatDescription(
        format_name=percent.format_name,
        extension=EXTENSION,
        header_prefix=COMMENT,
        cell_reader_class=percent.cell_reader_class,
        cell_exporter_class=percent.cell_exporter_class,
        current_version_number=percent.current_version_number,
        min_readable_version_number=percent.min_readable_version_number,
    )
    formats.JUPYTEXT_FORMATS.append(made)
    formats.NOTEBOOK_EXTENSIONS.append(EXTENSION)


def main() -> int:
    """`jupytext` with the arguments of this process; returns the exit code."""
    try:
        register()
    except ImportError as missing:
        if (missing.name or "").partition(".")[0] != "jupytext":
            raise
        print("jupytext is not installed: python -m pip install jupytext", file=sys.stderr)
        return 1
    return int(import_module("jupytext.cli").jupytext(sys.argv[1:]) or 0)


if __name__ == "__main__":
    sys.exit(main())
