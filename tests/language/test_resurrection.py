"""Objects that are dying are not kept; what they hold may be."""

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Agrees


def test_what_a_dying_object_holds_may_be_kept(agrees: "Agrees") -> None:
    agrees("""
        class Dying:
            def __init__(self, text: str, texts: list[str]) -> None:
                self.text = text
                self.texts = texts

            def note(self, count: int) -> int:
                self.texts.append(self.text)
                return count + 1

            def __del__(self) -> None:
                if self.note(1) > 1 and len(self.texts) > 1:
                    self.texts.append("last")
    """)


@pytest.mark.parametrize(
    "line",
    [
        "self.all.append(self)",
        "other = self",
        "keep(self, self.all)",
        "self.next = self",
        "self.pass_on(self)",
    ],
)
def test_a_dying_object_is_not_kept(agrees: "Agrees", line: str) -> None:
    agrees(f"""
        class Dying:
            next: "Dying | None"

            def __init__(self, all: list["Dying"]) -> None:
                self.all = all
                self.next = None

            def pass_on(self, other: "Dying") -> None:
                pass

            def __del__(self) -> None:
                {line}  # KMI0614


        def keep(entry: Dying, entries: list[Dying]) -> None:
            entries.append(entry)
    """)


def test_methods_that_the_release_calls_are_looked_at(agrees: "Agrees") -> None:
    agrees("""
        class Dying:
            def __init__(self, all: list["Dying"]) -> None:
                self.all = all

            def leave(self) -> None:
                self.all.append(self)  # KMI0614

            def __del__(self) -> None:
                self.leave()
    """)
