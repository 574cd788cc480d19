"""User space and its edge: processes, their memory, their system calls, the files that they open."""
