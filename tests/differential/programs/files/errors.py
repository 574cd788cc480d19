"""Errors."""


class Full(Exception):
    pass
