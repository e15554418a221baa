"""The table of ,commands."""
