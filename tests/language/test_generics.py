"""Type variables: what they stand for is what their bounds allow."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Agrees

HEADER = """
        from typing import Generic, Protocol, TypeVar


        class Named(Protocol):
            def name(self) -> str: ...


        class Cat:
            def name(self) -> str:
                return "cat"


        E = TypeVar("E", bound=Entry)
        N = TypeVar("N", bound=Named)


        def add(entries: list[E]) -> E:
            entries[0].add()
            return entries[0]


        def name(named: N) -> str:
            return named.name()


        class Kept(Generic[E]):
            def __init__(self, entry: E) -> None:
                self.entry = entry

"""


def test_what_derives_from_the_bound_is_allowed(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        class More(Entry):
            pass


        def use() -> str:
            add([More()]).add()
            Kept(Entry()).entry.add()
            return name(Cat())
    """)


def test_what_does_not_is_refused(agrees: "Agrees") -> None:
    agrees(f"""{HEADER}
        def functions() -> None:
            add([Final(1)])  # KMI0309


        def protocols() -> None:
            name(Entry())  # KMI0309


        def classes() -> None:
            Kept(Final(1))  # KMI0309
    """)
