"""What `--dump` shows of what is compiled, and of what is known of integers."""

from kmi.compiler import Root, Target, compile
from tests.compiler.compiled import program

SOURCE = """
class Base:
    def word(self) -> int:
        return 1

class Derived(Base):
    def word(self) -> int:
        return 2

def first(items: list[int]) -> int:
    return items[0]

def f(n: int) -> int:
    bases: list[Base] = [Derived()]
    total = first([n & 7])
    if n > 3:
        total = n % 10
    return total + bases[0].word()
"""


def dumped(name: str) -> list[str]:
    made = program(SOURCE)
    shown: dict[str, str] = {}
    compile(made, Target([Root(made.main.functions["f"])], dump=shown.__setitem__))
    return shown[name].splitlines()


def test_what_is_compiled_is_listed_with_its_type_arguments() -> None:
    lines = dumped("monomorphise")
    assert "def list_int_append: list.append[T = int]" in lines
    assert "def list_Base_append: list.append[T = Base]" in lines
    assert "def Base_any_word: by class, Derived: Derived_word" in lines
    assert "class Base: Base, none is ever made" in lines
    assert "class Derived: Derived" in lines


def test_ranges_are_listed_where_more_is_known_than_the_type() -> None:
    lines = dumped("ranges")
    assert lines[0] == "def t_f:"
    assert "    15:20 (n & 7): 0 to 7" in lines
    assert "    17:17 (n % 10): 0 to 9" in lines
    assert "    17:17 n: 4 to 2**63 - 1" in lines
