"""What the author is told: diagnostics, and the forms in which they are shown."""
