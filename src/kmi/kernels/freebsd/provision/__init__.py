"""The releases of FreeBSD, and where their headers and a compiler for them are found."""
