"""What `kmi.freebsd` declares, on FreeBSD's headers: one file for each of its files."""
