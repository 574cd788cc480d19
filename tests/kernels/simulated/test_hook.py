"""The import hook: checks go in, lines and meanings stay, debuggers work, and nothing runs without it."""

import ast
import bdb
import importlib.util
import io
import pdb
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from kmi.kernels.simulated.hook.loader import LoadedCode, Unmarked, checks_of, load
from kmi.kernels.simulated.hook.recursion import names_in
from kmi.kernels.simulated.hook.rewrite import rewritten
from kmi.kernels.simulated.kernel import SimulatedKernel
from kmi.kernels.simulated.reports import Report, UnsafeCode

Written = Callable[[str], Path]

EXAMPLES = Path(__file__).parents[3] / "examples"


def rewritten_body(source: str) -> str:
    """The rewritten statements of a function, as source."""
    tree = rewritten(ast.parse("def f(self, x):\n" + textwrap.indent(textwrap.dedent(source), "    ")))
    (function,) = tree.body
    assert isinstance(function, ast.FunctionDef)
    return "\n".join(map(ast.unparse, function.body)).replace("__kmi_hook__.", "")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("y = x", "y = fit('int', x)"),
        ("y: u8 = x", "y: u8 = fit('u8', x)"),
        ("y = x[1]", "y = fit('int', at(x)[1])"),
        ("x[1] = 5", "at(x)[1] = 5"),
        ("del x[:2]", "del at(x)[:2]"),
        ("x += 1", "x = in_place('Add', 'int', x, 1)"),
        (
            "x.n += 1",
            "(storing(x, 'n') if watching else x).n = "
            "in_place('Add', 'int', load(x, 'n') if watching else x.n, 1)",
        ),
        ("return x.a.b", "return look(look(x, 'a'), 'b') if watching else x.a.b"),
        ("return f(x).a", "return look(f(x), 'a')"),
        ("return x.pop()", "return (changing(x) if watching else x).pop()"),
        ("return 1 in x.a", "return 1 in reading(look(x, 'a') if watching else x.a)"),
        ("return x.a()", "return x.a()"),
        ("x.append(1)", "grow(x, 'append', 1)"),
        ("return x * x // x", "return exact(exact(x * x) // x)"),
        ("return -x", "return exact(-x)"),
        ("return -5", "return -5"),
        ("return x * x & 255", "return x * x & 255"),
        ("return x * x % 2 ** 32", "return x * x % 2 ** 32"),
        ("return x * x % 10", "return exact(x * x) % 10"),
        ("return (x * x // x) & 255", "return exact(x * x) // x & 255"),
        ("return (x * x > 5) & 1", "return (exact(x * x) > 5) & 1"),
        ("return x[x * x] & 1", "return at(x)[exact(x * x)] & 1"),
        ("return f(x * x) & 1", "return f(exact(x * x)) & 1"),
        ("return wrapping(u8, x * x)", "return wrapping(u8, x * x)"),
        ("return bytes(x)", "return made(bytes(reading(x) if watching else x))"),
        ("info(f'{x}')", "info(f'{x}')"),
        ("return f'{x}'", "return made(f'{x}')"),
    ],
)
def test_what_goes_in(source: str, expected: str) -> None:
    assert rewritten_body(source) == expected


def test_functions_that_call_themselves_are_found() -> None:
    tree = ast.parse(
        textwrap.dedent(
            """
            def down(n): return up(n)
            def up(n): return down(n)
            def flat(n): return down(n)
            class Node:
                def __init__(self): self.child = Node()
            class Leaf:
                def __init__(self): self.node = Node()
            """
        )
    )
    assert names_in(tree) == {"down", "up", "Node()"}


@pytest.mark.parametrize("name", ["minimal", "echo", "semaphore"])
def test_lines_stay(name: str) -> None:
    source = (EXAMPLES / f"{name}.py").read_text(encoding="utf-8")

    def statements(tree: ast.Module) -> list[int]:
        functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
        return [s.lineno for f in functions for s in f.body if not isinstance(s, ast.Assign | ast.Expr)]

    assert statements(rewritten(ast.parse(source))) == statements(ast.parse(source))


def test_code_without_the_mark_is_refused() -> None:
    path = EXAMPLES / "minimal.py"
    spec = importlib.util.spec_from_file_location("minimal_without_hook", path)
    assert spec is not None and spec.loader is not None
    plain = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(plain)
    with pytest.raises(Unmarked, match=r"was not loaded by kmi's import hook.*kernel\.load"):
        checks_of(plain.Minimal)
    marked = load(path)
    with SimulatedKernel(1) as kernel, pytest.raises(Unmarked):
        kernel.insert(LoadedCode(path, plain, marked.checks))


def test_each_load_starts_afresh(written: Written) -> None:
    path = written("class Device(FileOperations):\n    made: int = 0\n")
    first, second = load(path, check=False), load(path, check=False)
    first.namespace["Device"].made = 5  # type: ignore[attr-defined]
    assert second.namespace["Device"].made == 0  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [("x = 1\n", "has no class under @module"), ("from kmi import *\n", "has no class")],
)
def test_a_file_without_a_module_is_refused(tmp_path: Path, source: str, complaint: str) -> None:
    path = tmp_path / "empty.py"
    path.write_text(source)
    with SimulatedKernel(1) as kernel, pytest.raises(ImportError, match=complaint):
        kernel.load(path, check=False)


def test_a_file_with_two_modules_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "two.py"
    one = "@module(license='GPL', description='x')\nclass M{}(Module):\n    pass\n"
    path.write_text("from kmi import Module, module\n" + one.format(1) + one.format(2))
    with SimulatedKernel(1) as kernel, pytest.raises(ImportError, match="has 2 classes"):
        kernel.load(path, check=False)


def test_pdb_steps_through_the_lines_of_the_file() -> None:
    path = EXAMPLES / "echo.py"
    lines = path.read_text(encoding="utf-8").splitlines()
    extend, notify = (
        next(n for n, line in enumerate(lines, 1) if text in line)
        for text in ("kept.extend", "self.filled.notify_all")
    )
    commands = f"b {path}:{extend}\nc\np len(kept), file.nonblocking\nn\np bytes(kept)\nargs\nc\n"
    out = io.StringIO()
    debugger = pdb.Pdb(stdin=io.StringIO(commands), stdout=out, nosigint=True, readrc=False)
    debugger.use_rawinput = False

    def session() -> None:
        with SimulatedKernel(1) as kernel:
            kernel.load(path)
            user = kernel.process()
            assert user.write(user.open("/dev/echo"), b"abc") == 3
            kernel.settle()
            reports.extend(kernel.reports())

    reports: list[Report] = []
    debugger.runcall(session)
    said = out.getvalue()
    stops = [line for line in said.splitlines() if "echo.py(" in line]
    assert [stop.rpartition("/")[2] for stop in stops] == [
        f"echo.py({extend})write()",
        f"echo.py({notify})write()",
    ]
    assert "-> kept.extend(data.get(self.capacity - len(kept)))" in said
    assert "(0, False)" in said
    assert reports == []  # that the debugger remembers where it was is no leak of the module
    assert "b'abc'" in said


def test_leaving_the_debugger_ends_the_test_and_is_no_error_of_the_module() -> None:
    path = EXAMPLES / "echo.py"
    line = next(n for n, text in enumerate(path.read_text().splitlines(), 1) if "kept.extend" in text)
    commands = io.StringIO(f"b {path}:{line}\nc\nq\n")
    debugger = pdb.Pdb(stdin=commands, stdout=io.StringIO(), nosigint=True, readrc=False)
    debugger.use_rawinput = False
    ended: list[str] = []

    def session() -> None:
        with SimulatedKernel(1) as kernel:
            kernel.load(path)
            user = kernel.process()
            fd = user.open("/dev/echo")
            try:
                user.write(fd, b"abc")
            except bdb.BdbQuit:
                ended.extend(kernel.log())
                raise

    debugger.runcall(session)
    assert ended == ["echo: keeps up to 4096 bytes"]


def test_what_needs_a_real_kernels_memory_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "peeks.py"
    file.write_text(
        "from kmi import Module, module, u64\n"
        "from kmi.unsafe import Pointer, cast, unsafe\n\n\n"
        "@module(license='GPL', description='peeks')\n"
        "class Peeks(Module):\n"
        "    def __init__(self) -> None:\n"
        "        with unsafe('for the test'):\n"
        "            self.first = cast(Pointer[u64], 4096)[0]\n"
    )
    with pytest.raises(UnsafeCode, match=r"^peeks\.py imports kmi\.unsafe in line 2, .* --on linux:6\.12$"):
        load(file)
