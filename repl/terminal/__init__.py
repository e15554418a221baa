"""The interactive loop and its drawing."""
