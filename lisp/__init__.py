"""polyrepl.lisp: text -> JavaScript. Pure: standard library only, no I/O beyond its own package data."""
