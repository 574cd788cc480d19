"""KMI05xx: unsafe code."""
