"""KMI07xx: contexts."""
