"""`python -m polyrepl.kernel -f CONNECTION_FILE`: what Jupyter starts."""

from polyrepl import drop_started_from, put_library_first

drop_started_from()
put_library_first()

from .app import main  # noqa: E402  what stands beside the notebook is not imported here

main()
