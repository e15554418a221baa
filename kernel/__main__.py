"""`python -m polyrepl.kernel -f CONNECTION_FILE`: what Jupyter starts."""

from .app import main

main()
