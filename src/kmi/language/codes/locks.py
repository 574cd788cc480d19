"""KMI08xx: locks."""
