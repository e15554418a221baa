"""Functions of the Lisp that are Python's: nodes -> a syntax tree -> a real function, and its small core."""

TEXT = "__lisp__"
"""The global of a function that holds what it was made of. It stays where it was made, nobody sends it."""
