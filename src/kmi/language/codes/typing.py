"""KMI03xx: types."""

from kmi.language.codes.base import code

MISSING_ANNOTATION = code(
    301,
    "missing annotation",
    """
    Parameters, results and fields are annotated: they are what callers, and the compiled C, rely on.
    Locals are inferred.
    """,
    failing="""
        def twice(number) -> int:
            return 2 * number
    """,
    fixed="""
        def twice(number: int) -> int:
            return 2 * number
    """,
)

TYPE_MISMATCH = code(
    302,
    "value of the wrong type",
    """
    A value goes where another type is declared: to a parameter, a variable, a field, a result.
    """,
    failing="""
        def name() -> str:
            return 7
    """,
    fixed="""
        def name() -> str:
            return "seven"
    """,
)
