"""The commands: one command, one file; :mod:`kmi.cli.main` puts them together."""
