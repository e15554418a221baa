"""`python -m polyrepl.repl`: the same as the command `polyrepl`."""

import sys

from .cli import main

sys.exit(main())
