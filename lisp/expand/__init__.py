"""Hygienic macros: syntax-rules, the built-in ones, and those that run in the host."""
