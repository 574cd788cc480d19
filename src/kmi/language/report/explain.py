"""What ``kmi explain`` prints: a code's explanation, a program that fails for it, and the same one mended.

    $ kmi explain KMI0201
    KMI0201: unknown name
    ...

``reference`` is the same of all codes in Markdown: docs/reference/errors.md is its output, which a test
compares.
"""

from __future__ import annotations

from difflib import get_close_matches

from kmi.language.codes import REGISTRY, Code, find

HUNDREDS = {
    1: "Syntax and constructs",
    2: "Names and imports",
    3: "Types",
    4: "The module and its interface",
    5: "Unsafe code",
    6: "Sharing, moves and escape",
    7: "Contexts",
    8: "Locks",
}


_MISREAD = str.maketrans("OIL", "011")


def explain(number: str) -> str:
    """The explanation of a code as text. LookupError, with a sentence, if there is no such code."""
    code = find(number)
    if code is None:
        wanted = number.strip().upper().removeprefix("KMI").translate(_MISREAD)
        near = get_close_matches(f"KMI{wanted}", REGISTRY, n=1, cutoff=0.8)
        hint = f"did you mean {near[0]}?" if near else "`kmi explain --all` lists the codes."
        raise LookupError(f"There is no code {number!r}; {hint}")
    ending = _ending(code)
    parts = [
        f"{code.number}: {code.title}",
        code.explanation,
        "This fails:",
        _indent(code.failing),
        "This does not:",
        _indent(code.fixed),
    ]
    return "\n\n".join(part.rstrip() for part in [*parts, *([ending] if ending else [])]) + "\n"


def reference() -> str:
    """The index of all codes in Markdown."""
    lines = [
        "# Errors",
        "",
        "Every diagnostic of `kmi check` has a code that never changes its meaning; `kmi explain KMI0101`",
        "prints what is said here. The programs are tests: the first of each pair gives exactly that code,",
        "the second none. Where neither shows a `@module` class, one stands at the end of the file.",
    ]
    hundred = 0
    for code in sorted(REGISTRY.values(), key=lambda code: code.number):
        if int(code.number[3:]) // 100 != hundred:
            hundred = int(code.number[3:]) // 100
            lines += ["", f"## {HUNDREDS[hundred]}"]
        lines += ["", f"### {code.number}: {code.title}", "", code.explanation]
        lines += ["", "Fails:", "", "```python", code.failing.rstrip(), "```"]
        lines += ["", "Fixed:", "", "```python", code.fixed.rstrip(), "```"]
    return "\n".join(lines) + "\n"


def _ending(code: Code) -> str:
    if all(code.complete(program) == program for program in (code.failing, code.fixed)):
        return ""
    return "(A `@module` class, which every file needs, is left out here.)"


def _indent(program: str) -> str:
    return "".join(f"    {line}".rstrip() + "\n" for line in program.splitlines())


if __name__ == "__main__":
    print(reference(), end="")
