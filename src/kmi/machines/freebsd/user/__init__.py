"""User space of the modelled FreeBSD: processes, their system calls, and devfs between them and drivers."""
