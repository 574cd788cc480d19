"""What modules call of FreeBSD's kernel: one noun, one file; each function names its manual page."""
