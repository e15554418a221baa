"""The page: what it is made of."""
