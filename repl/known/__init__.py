"""What names mean, in words."""
