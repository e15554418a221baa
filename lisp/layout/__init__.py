"""Forms -> text, and where the cursor goes."""
