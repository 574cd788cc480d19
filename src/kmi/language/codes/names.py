"""KMI02xx: names and imports."""

from kmi.language.codes.base import code

UNKNOWN_NAME = code(
    201,
    "unknown name",
    """
    The name is not defined in the function, in the module, by an import, or by Python.
    """,
    failing="""
        def twice(number: int) -> int:
            return 2 * nubmer
    """,
    fixed="""
        def twice(number: int) -> int:
            return 2 * number
    """,
)
