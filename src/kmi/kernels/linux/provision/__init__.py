"""Which Linux kernels there are, and getting them onto this computer."""
