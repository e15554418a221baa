"""Text -> forms."""
