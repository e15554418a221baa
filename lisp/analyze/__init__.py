"""Forms -> nodes."""
