"""The special forms, a file a family: each registers its rules."""
