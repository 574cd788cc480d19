"""KMI06xx: sharing, moves and escape."""
