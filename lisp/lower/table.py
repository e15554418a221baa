"""All rules of the lowering: importing this fills the tables of lowerer.py."""

from . import classes, control, defining, expressions, functions, iteration, loops, operators, trying

LOADED = (classes, control, defining, expressions, functions, iteration, loops, operators, trying)
