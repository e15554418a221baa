"""Functions of the Lisp that are Python's: nodes -> a syntax tree -> a real function, and its small core."""
