"""The generator itself: the same program for a seed, valid, bounded, and varied; the shrinker keeps what
matters."""

import ast
from collections import Counter
from pathlib import Path
from typing import get_args

from kmi.kernels.host import build as host
from kmi.language import Library, analyse, tree
from kmi.language.tree import unsafe, walk
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


def features(source: str) -> set[str]:
    """What a program is made of: kinds of nodes, operators, calls by name, special methods, formats."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        found.add(type(node).__name__)
        match node:
            case ast.Call(func=ast.Name(id=name)):
                found.add(f"{name}()")
            case ast.Call(func=ast.Attribute(attr=name)):
                found.add(f".{name}()")
            case ast.Attribute(attr="maxlen" | "readonly" as name):
                found.add(f".{name}")
            case ast.FunctionDef(name=name, decorator_list=decorators):
                found |= {f"@{ast.unparse(decorator)}" for decorator in decorators}
                if name.startswith("__"):
                    found.add(name)
                if node.args.kwonlyargs:
                    found.add("keyword only")
            case ast.ClassDef(bases=bases, decorator_list=decorators):
                found |= {f"class ({ast.unparse(base)})" for base in bases}
                found |= {f"class @{ast.unparse(decorator)}" for decorator in decorators}
            case ast.FormattedValue(format_spec=ast.JoinedStr(values=[ast.Constant(value=spec)])):
                found.add(f":{spec}")
            case ast.Slice(step=ast.expr()):
                found.add("step")
            case ast.Raise(cause=ast.Constant(value=None)):
                found.add("raise from None")
            case ast.Raise(cause=ast.expr()):
                found.add("raise from")
            case ast.Raise(exc=None):
                found.add("raise again")
            case ast.Try(orelse=[_, *_], finalbody=[_, *_]):
                found.add("try else finally")
            case ast.For(orelse=[_, *_]) | ast.While(orelse=[_, *_]):
                found.add("loop else")
            case ast.AnnAssign(annotation=annotation):
                found.add(f": {ast.unparse(annotation)}")
    return found


WANTED = """
    If For While Try Raise Return Break Continue Delete ClassDef IfExp BoolOp Compare BinOp UnaryOp
    Subscript Slice List Dict Set Tuple Call JoinedStr AugAssign AnnAssign NamedExpr Starred Lambda
    ListComp SetComp DictComp GeneratorExp With Assert Match MatchAs MatchOr MatchClass MatchSequence
    MatchStar MatchValue MatchSingleton Add Sub Mult FloorDiv Mod LShift RShift BitAnd BitOr BitXor USub
    Invert Not And Or Eq NotEq Lt LtE Gt GtE Is IsNot In NotIn sum() any() all() min() max() sorted()
    len() range() enumerate() zip() reversed() list() set() dict() bytes() bytearray() memoryview()
    deque() divmod() abs() int() bool() str() repr() hex() bin() chr() ord() isinstance() wrapping()
    super() .from_bytes() .to_bytes() .bit_length() .bit_count() .find() .rfind() .index() .count()
    .split() .join() .replace() .strip() .startswith() .endswith() .partition() .upper() .encode()
    .hex() .fromhex() .tobytes() .tolist() .release() .append() .insert() .pop() .remove() .clear()
    .extend() .reverse() .sort() .copy() .add() .discard() .update() .union() .isdisjoint()
    .appendleft() .popleft() .rotate() .get() .setdefault() .popitem() .items() .values() .keys()
    .fromkeys() .pack() .unpack() __init__ __del__ __eq__ __lt__ __bool__ __len__ __getitem__
    __setitem__ __delitem__ __contains__ __iter__ __next__ __enter__ __exit__ __call__ __add__ __mul__
    __neg__ __iadd__ __str__ @property @value.setter @staticmethod @classmethod @abstractmethod Mutex()
    SpinLock() RwLock() step :03 :#x :+d :08b :>12 frozenset() ref() .difference() .intersection()
    .maxlen .extendleft() .rsplit() .rpartition() .splitlines() .readonly :_d :#010x :*^11.3
"""
PHRASES = [
    "class @dataclass", "class @dataclass(frozen=True)", "class @dataclass(order=True)",
    "class @dataclass(frozen=True, order=True)", "class (Flag)", "class (IntFlag)", "class (Iterator[T])",
    "raise from None", ": Annotated[bytes, 6]", ": be32", "class (OSError)",
    "class (ABC)", "class (Protocol)", "class (Enum)",
    "class (IntEnum)", "class (Struct)", "class (Generic[T])", "class (ValueError)", "keyword only",
    "raise from", "raise again", "try else finally", "loop else", ": int | None",
    ": Callable[[int], int]", ": set[int]", ": memoryview", ": list[u8]", ": u64", ": i8",
]  # fmt: skip
"""What must be reached, so that a feature which is no longer generated is noticed."""


def test_programs_use_the_whole_language() -> None:
    seen: Counter[str] = Counter()
    for seed in range(1000):
        seen.update(features(generate(seed, "p").body))
    assert [wanted for wanted in [*WANTED.split(), *PHRASES] if seen[wanted] < 2] == []


OF_LAYERS = "ConstantGet Store Unsafe"
"""Nodes of the typed tree that only the kernels' layers have, beside those of `unsafe`."""
OF_THE_CORPUS = {"ExceptionObject": "exception_classes.py"}
"""Nodes that no generated program has, and the program written by hand that has them."""


def nodes(path: Path) -> set[str]:
    """The nodes of the typed tree that a program comes to."""
    program = analyse(path, Library(kernel=host.HERE, entry=False)).program
    assert program is not None
    return {
        type(node).__name__ for function in walk.functions(program.main) for node in walk.walk(function.body)
    }


def test_programs_reach_the_nodes_of_the_tree(tmp_path: Path) -> None:
    path = tmp_path / "programs.py"
    path.write_text(file_of([generate(seed, f"p{seed}") for seed in range(300)]))
    known = {kind.__name__ for kind in get_args(tree.Node) if kind.__module__ != unsafe.__name__}
    assert known - nodes(path) == {*OF_LAYERS.split(), *OF_THE_CORPUS}
    for node, name in OF_THE_CORPUS.items():
        assert node in nodes(Path(__file__).parent / "programs" / name)


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
