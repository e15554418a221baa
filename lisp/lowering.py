"""Importing this fills anf's tables with the lowering of every node."""

from . import anf_class, anf_control, anf_expr, anf_fn, anf_iter, anf_loops, anf_ops, anf_try

LOADED = (anf_class, anf_control, anf_expr, anf_fn, anf_iter, anf_loops, anf_ops, anf_try)
