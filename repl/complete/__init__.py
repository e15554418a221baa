"""Completion, inspection and documentation."""
