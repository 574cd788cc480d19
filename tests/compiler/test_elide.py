"""Counts that nobody can notice are left out, and those that somebody could are not."""

import textwrap

from tests.compiler.compiled import compiled, function

CLASSES = """
from kmi.sync import Mutex

class Permits:
    def __init__(self) -> None:
        self.count = 0

class Owner:
    def __init__(self) -> None:
        self.first = Permits()
        self.other = Permits()
        self.guarded = Mutex(Permits())

    def swap(self) -> None:
        self.other = Permits()

    def locked(self) -> int:
        with self.guarded as permits:
            return permits.count

    def safe(self) -> int:
        first = self.first
        self.swap()
        return first.count

    def unsafe(self) -> int:
        other = self.other
        self.swap()
        return other.count

def f() -> int:
    owner = Owner()
    return owner.locked() + owner.safe() + owner.unsafe()
"""


def test_what_a_lock_lends_is_not_counted() -> None:
    made = compiled(CLASSES, "f")
    assert "kmi_retain" not in function(made, "Owner_locked")
    assert "kmi_release" not in function(made, "Owner_locked")


def test_a_final_field_holds_for_the_call_and_another_does_not() -> None:
    made = compiled(CLASSES, "f")
    assert "kmi_retain" not in function(made, "Owner_safe")
    assert "kmi_retain" in function(made, "Owner_unsafe")


def test_what_is_given_back_keeps_its_count() -> None:
    source = textwrap.dedent(
        """
        class Node:
            def __init__(self) -> None:
                self.value = 0

        def same(node: Node) -> Node:
            return node

        def f() -> int:
            return same(Node()).value
        """
    )
    assert "kmi_retain" in function(compiled(source, "f"), "t_same")


CALLBACKS = """
from kmi.integers import i64
from kmi.unsafe import Pointer, callback, cast, from_raw, unsafe

class Inner:
    def __init__(self) -> None:
        self.count = 0

class Kept:
    def __init__(self, inner: Inner) -> None:
        self.inner = inner
        self.other = inner

    def change(self) -> None:
        self.other = Inner()

    def use(self) -> int:
        return self.inner.count

def number(inner: Inner, kept: Kept) -> int:
    kept.other = inner
    return inner.count

@callback
def lent(memory: Pointer[None]) -> i64:
    with unsafe("a test"):
        kept = cast(Kept, memory)
        again = kept
        return number(again.inner, kept)

@callback
def unsure(memory: Pointer[None]) -> i64:
    with unsafe("a test"):
        kept = cast(Kept, memory)
        return number(kept.other, kept)

@callback
def taken(memory: Pointer[None]) -> i64:
    with unsafe("a test"):
        kept = cast(Kept, memory)
        given = from_raw(Kept, memory)
        del given
        return kept.use()

def plain(memory: Pointer[None]) -> int:
    with unsafe("a test"):
        kept = cast(Kept, memory)
        return number(kept.inner, kept)
"""


def test_what_c_lends_to_a_callback_is_not_counted() -> None:
    made = compiled(CALLBACKS, "lent")
    assert "kmi_retain" not in function(made, "t_lent")
    assert "kmi_release" not in function(made, "t_lent")


def test_a_field_that_changes_and_what_a_callback_takes_over_keep_their_counts() -> None:
    for name in ("unsure", "taken", "plain"):
        assert "kmi_retain" in function(compiled(CALLBACKS, name), f"t_{name}"), name
