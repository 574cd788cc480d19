"""The generator itself: the same program for a seed, valid, bounded, and varied; the shrinker keeps what
matters."""

import ast
from collections import Counter
from pathlib import Path

from kmi.testing.differential import reference as differential_reference
from kmi.testing.differential.shrink import shrink
from kmi.testing.generate.programs import Program, file_of, generate


def test_a_seed_is_a_program() -> None:
    assert generate(5, "p5") == generate(5, "p5")
    assert generate(5, "p5") != generate(6, "p5")


def test_programs_end_and_reach_every_kind_of_outcome(tmp_path: Path) -> None:
    programs = [generate(seed, f"p{seed}") for seed in range(120)]
    path = tmp_path / "programs.py"
    path.write_text(file_of(programs))
    outcomes = differential_reference.run(path, [program.main for program in programs]).values()
    kinds = Counter(outcome.raised.kind if outcome.raised else "none" for outcome in outcomes)
    assert kinds["none"] > 40
    assert {"IndexError", "OverflowError", "ZeroDivisionError"} <= set(kinds)
    # What a program that is well typed never raises.
    assert not {"NameError", "UnboundLocalError", "AttributeError", "TypeError"} & set(kinds)
    assert sum(len(outcome.log) for outcome in outcomes) > 3 * len(programs)


def test_programs_use_the_whole_language() -> None:
    seen: Counter[str] = Counter()
    for seed in range(60):
        seen.update(type(node).__name__ for node in ast.walk(ast.parse(generate(seed, "p").source)))
    wanted = (
        "If For While Try Raise Return Break Continue Delete ClassDef IfExp BoolOp Compare BinOp UnaryOp "
        "Subscript Slice List Dict Call JoinedStr AugAssign AnnAssign"
    )
    assert set(wanted.split()) <= set(seen)


def test_shrinking_keeps_what_fails() -> None:
    body = (
        "def helper(n: int) -> int:\n    return n\n\n\n"
        "def unused() -> None:\n    pass\n\n\n"
        "def main_p() -> None:\n"
        "    a = 1\n"
        "    if a > 0:\n"
        "        for i in range(3):\n"
        "            helper(i)\n"
        "            helper(7)\n"
        "    else:\n"
        "        a = 2\n"
    )
    small = shrink(Program("p", body), lambda program: "helper(7)" in program.body)
    assert small.body == "def main_p() -> None:\n    helper(7)\n"
