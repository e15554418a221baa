"""Nodes -> ir, strictly left to right."""
