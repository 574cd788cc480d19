"""A handler in which nothing is raised looks at the error where it is; any other keeps a copy."""

import textwrap

import pytest

from tests.compiler.compiled import compiled, function


@pytest.mark.parametrize(
    ("handler", "copied"),
    [
        ("return other(error)", False),
        ("raise error", False),
        ("return 1 if isinstance(error, ValueError) else 2", False),
        ("return risky(1)", False),  # nobody looks at the error
        ("n = risky(1)\nreturn n + other(error)", True),
        ("try:\n    risky(2)\nexcept KeyError:\n    pass\nreturn other(error)", True),
        ("text = f'{error}'\nreturn len(text)", True),
    ],
)
def test_only_a_handler_that_may_raise_copies(handler: str, copied: bool) -> None:
    source = f"""
def other(error: Exception) -> int:
    return 1 if isinstance(error, KeyError) else 0

def risky(n: int) -> int:
    if n > 1:
        raise KeyError("n")
    return n

def f(n: int) -> int:
    try:
        return risky(n)
    except Exception as error:
{textwrap.indent(textwrap.dedent(handler), "        ")}
"""
    text = function(compiled(source, "f"), "t_f")
    assert ("error_ = *error;" in text) == copied
    assert not copied or "struct kmi_error error_ KMI_UNSET" in text


def test_an_error_that_is_kept_while_another_is_raised_is_a_copy() -> None:
    source = """
def f(n: int) -> int:
    kept: Exception = ValueError("none")
    try:
        raise KeyError("a")
    except Exception as error:
        kept = error
    try:
        raise IndexError("b")
    except IndexError:
        return 1 if isinstance(kept, KeyError) else 0
"""
    text = function(compiled(source, "f"), "t_f")
    assert "kept = *error_;" in text
