"""KMI01xx: syntax, and constructs that kernel Python does not have."""

from kmi.language.codes.base import code

SYNTAX_ERROR = code(
    101,
    "syntax error",
    """
    The file is not Python, so nothing else in it was looked at. The message is Python's own.
    """,
    failing="""
        def twice(number: int) -> int
            return 2 * number
    """,
    fixed="""
        def twice(number: int) -> int:
            return 2 * number
    """,
)

UNSUPPORTED = code(
    102,
    "construct that kernel Python does not have",
    """
    Kernel Python is a subset of Python. What it lacks either cannot work in a kernel or is not built
    yet; the help says what to write instead.
    """,
    failing="""
        def halves(numbers: list[int]) -> list[int]:
            return [number // 2 for number in numbers]
    """,
    fixed="""
        def halves(numbers: list[int]) -> list[int]:
            result: list[int] = []
            for number in numbers:
                result.append(number // 2)
            return result
    """,
)
