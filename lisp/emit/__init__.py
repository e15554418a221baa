"""Ir -> JavaScript with its source map."""
