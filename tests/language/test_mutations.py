"""Whatever is done to a module, checking it ends in diagnostics or in a program, never in a traceback.

The mutations are seeded, so that a case that fails once fails again; its number is in the test's name,
and the failure prints the text.
"""

import ast
import random
import re
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest

from kmi.language import analyse, codes
from kmi.language.diagnostics import Severity
from kmi.language.library import Library
from kmi.language.render_formats import FORMATS

EXAMPLES = Path(__file__).parents[2] / "examples"
MODULES = [(EXAMPLES / f"{name}.py").read_text() for name in ("semaphore", "echo", "minimal")]
TEXTS = [*MODULES, *MODULES, *(code.complete(code.fixed) for code in codes.REGISTRY.values())]
TOKEN = re.compile(r"\w+|[^\w\s]|\n[ ]*")
GROUPS, CASES = 15, 20
ODD = [
    "None", "self", "0", "-1", "1 << 200", '""', 'b"\\xff"', "lambda: 0", "Mutex", "int", "File[File]",
    "yield", "\x00", "\u202e", "é", "𝔘", "(", "]", ":", "*", "@", "...", "await", "1e9", "super()",
    "__class__", "\t", "\\",
]  # fmt: skip


def drop_line(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    del lines[chance.randrange(len(lines))]
    return "".join(lines)


def move_line(text: str, chance: random.Random) -> str:
    lines = text.splitlines(keepends=True)
    line = lines.pop(chance.randrange(len(lines)))
    lines.insert(chance.randrange(len(lines) + 1), line)
    return "".join(lines)


def swap_tokens(text: str, chance: random.Random) -> str:
    tokens = list(TOKEN.finditer(text))
    one, other = sorted(chance.sample(range(len(tokens)), 2))
    first, second = tokens[one], tokens[other]
    between = text[first.end() : second.start()]
    return text[: first.start()] + second[0] + between + first[0] + text[second.end() :]


def odd_token(text: str, chance: random.Random) -> str:
    token = chance.choice(list(TOKEN.finditer(text)))
    return text[: token.start()] + chance.choice(ODD) + text[token.end() :]


def cut(text: str, chance: random.Random) -> str:
    return text[: chance.randrange(len(text))]


def graft(text: str, chance: random.Random) -> str:
    """An expression or statement of the tree replaced by another one of the same kind."""
    try:
        module = ast.parse(text)
    except (SyntaxError, ValueError):
        return drop_line(text, chance)
    nodes = list(ast.walk(module))
    kind: type[ast.AST] = chance.choice([ast.expr, ast.stmt])
    target = chance.choice([node for node in nodes if isinstance(node, kind)])
    donor = deepcopy(chance.choice([node for node in nodes if isinstance(node, kind)]))
    for parent in nodes:
        for name, value in ast.iter_fields(parent):
            if value is target:
                setattr(parent, name, donor)
            elif isinstance(value, list) and target in value:
                value[value.index(target)] = donor
    try:
        return ast.unparse(ast.fix_missing_locations(module))
    except (ValueError, RecursionError):
        return drop_line(text, chance)


MUTATIONS: list[Callable[[str, random.Random], str]] = [
    drop_line, move_line, swap_tokens, odd_token, odd_token, cut, graft, graft, graft, graft,
]  # fmt: skip


@pytest.mark.parametrize("group", range(GROUPS))
def test_checking_ends_in_diagnostics_or_a_program(group: int, tmp_path: Path) -> None:
    for case in range(CASES):
        chance = random.Random(f"{group}/{case}")
        text = chance.choice(TEXTS)
        for _ in range(chance.randint(1, 3)):
            text = chance.choice(MUTATIONS)(text, chance) or "\n"
        file = tmp_path / f"case_{case}.py"
        file.write_text(text)
        try:
            analysis = analyse(file, Library())
        except Exception as error:
            raise AssertionError(f"case {case}:\n{text}") from error
        failed = any(diagnostic.severity is Severity.ERROR for diagnostic in analysis.diagnostics)
        assert failed or analysis.program is not None, text
        for name, render in FORMATS.items():
            assert isinstance(render(analysis.diagnostics), str), name
