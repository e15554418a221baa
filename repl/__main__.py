"""`python -m polyrepl.repl`: the same as the command `polyrepl`."""

import sys

from polyrepl import drop_started_from, put_library_first

drop_started_from()
put_library_first()

from .cli import main  # noqa: E402  what stands in the working folder is not imported here

sys.exit(main())
