"""Files, -e, pipes, and the tools around them."""
