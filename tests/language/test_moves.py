"""What leaves a lock's block, and what goes under a lock."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Agrees

STORE = """
        class Store:
            def __init__(self) -> None:
                self.entries: Mutex[list[Entry]] = Mutex([])
                self.bytes = Mutex(bytearray())
                self.entry = Mutex(Entry())
"""


def test_a_guarded_object_does_not_leave_its_block(agrees: "Agrees") -> None:
    found = agrees(f"""
        {STORE}
            def returned(self) -> Entry:
                with self.entries as entries:
                    return entries[0]  # KMI0608

            def used_after(self) -> int:
                with self.entries as entries:
                    first = entries[0]
                    count = first.count
                return first.count + count  # KMI0608

            def guard_used_after(self) -> int:
                with self.bytes as kept:
                    kept.append(1)
                return len(kept)  # KMI0608

            def stored_outside(self, others: list[Entry]) -> None:
                with self.entries as entries:
                    others.append(entries[0])  # KMI0608

            def stored_in_field(self, holder: Holder) -> None:
                with self.entries as entries:
                    holder.entry = entries[0]  # KMI0608


        class Holder:
            def __init__(self) -> None:
                self.entry = Entry()
    """)
    by_line = sorted(found, key=lambda diagnostic: diagnostic.span.line)
    assert [diagnostic.message for diagnostic in by_line] == [
        "`entries[0]` is returned out of the block that locks it",
        "`first` is used after the block that locks it",
        "`kept` is used after the block that locks it",
        "`entries[0]` is kept in `others`, outside the block that locks it",
        "`entries[0]` is kept in `holder.entry`, outside the block that locks it",
    ]


def test_values_and_copies_may_leave(agrees: "Agrees") -> None:
    agrees(f"""
        {STORE}
            def copies(self) -> bytes:
                with self.bytes as kept:
                    part = kept[:4]
                    whole = bytearray(kept)
                    whole.extend(bytes(part))
                    count = len(kept)
                part.append(count)
                whole.append(1)
                return bytes(whole)

            def number(self) -> int:
                with self.entries as entries:
                    if len(entries) == 0:
                        return 0
                    return entries[0].count
    """)


def test_a_view_is_of_what_it_shows(agrees: "Agrees") -> None:
    agrees("""
        class Table:
            def __init__(self) -> None:
                self.table: Mutex[dict[int, bytes]] = Mutex({})

            def seen(self) -> int:
                with self.table as table:
                    keys = table.keys()
                    total = 0
                    for key in keys:
                        total += key
                for key in keys:  # KMI0608
                    total += key
                return total

            def copied(self) -> int:
                found: list[int] = []
                with self.table as table:
                    for key in table.keys():
                        found.append(key)
                return len(found)
    """)


def test_parts_may_move_about_inside_the_block(agrees: "Agrees") -> None:
    agrees(f"""
        {STORE}
            def rotate(self) -> None:
                with self.entries as entries:
                    first = entries.pop(0)
                    first.count += 1
                    entries.append(first)
                    for entry in entries:
                        entry.count = 0
    """)


def test_what_a_comprehension_collects_stays_in_the_block(agrees: "Agrees") -> None:
    agrees(f"""
        {STORE}
            def inside(self) -> int:
                with self.entries as entries:
                    busy = [entry for entry in entries if entry.count]
                    for entry in sorted(entries, key=lambda entry: entry.count):
                        entry.count += 1
                    for entry, other in zip(entries, reversed(busy)):
                        entry.count += other.count
                    return sum(entry.count for entry in busy)

            def collected(self) -> int:
                with self.entries as entries:
                    busy = [entry for entry in entries if entry.count]
                return len(busy)  # KMI0608

            def greatest(self) -> Entry:
                with self.entries as entries:
                    return max(entries, key=lambda entry: entry.count)  # KMI0608

            def named(self) -> int:
                with self.entries as entries:
                    if (first := entries[0]).count:
                        pass
                return first.count  # KMI0608

            def paired(self) -> int:
                last = Entry()
                with self.entries as entries:
                    for last, _ in zip(entries, entries):
                        pass
                return last.count  # KMI0608

            def matched(self) -> int:
                with self.entries as entries:
                    match entries:
                        case [only]:
                            pass
                        case _:
                            only = Entry()
                return only.count  # KMI0608
    """)


def test_a_loop_carries_nothing_over(agrees: "Agrees") -> None:
    agrees(f"""
        {STORE}
            def scan(self) -> None:
                last = Entry()
                for number in range(3):
                    last.count += 1  # KMI0608
                    with self.entries as entries:
                        last = entries[number]
    """)


def test_an_exception_carries_nothing_over(agrees: "Agrees") -> None:
    agrees(f"""
        {STORE}
            def caught(self) -> int:
                found = Entry()
                try:
                    with self.entries as entries:
                        found = entries[0]
                        found.count = entries[1].count
                except IndexError:
                    return found.count  # KMI0608
                return 0
    """)


def test_the_name_of_a_guard_is_not_assigned(agrees: "Agrees") -> None:
    agrees(f"""
        {STORE}
            def lose(self) -> None:
                with self.bytes as kept:
                    kept = bytearray()  # KMI0607
                with self.bytes as kept:
                    kept.append(1)
                kept = bytearray()
    """)


def test_something_new_goes_under_a_lock(agrees: "Agrees") -> None:
    agrees(f"""
        {STORE}
            def add(self) -> None:
                entry = Entry()
                entry.count = 4
                with self.entries as entries:
                    entries.append(entry)
                    entry.count += 1

            def find(self, count: int) -> None:
                with self.entries as entries:
                    found: Entry | None = None
                    for entry in entries:
                        if entry.count == count:
                            found = entry
                    if found is None:
                        found = Entry(count)
                        entries.append(found)
                    found.count += 1

            def many(self) -> None:
                for count in range(3):
                    entry = Entry(count)
                    with self.entries as entries:
                        entries.append(entry)
    """)


def test_what_went_under_a_lock_is_used_under_it_only(agrees: "Agrees") -> None:
    agrees(f"""
        {STORE}
            def add(self) -> None:
                entry = Entry()
                with self.entries as entries:
                    entries.append(entry)
                entry.count += 1  # KMI0608


        class Buffer:
            def __init__(self) -> None:
                start = bytearray()
                other = start
                self.bytes = Mutex(start)
                other.append(1)  # KMI0610

        class Nested:
            def __init__(self) -> None:
                first = Entry()
                self.entries = Mutex([first])
                first.count += 1  # KMI0610
    """)


def test_what_somebody_else_has_does_not_go_under_a_lock(agrees: "Agrees") -> None:
    agrees(f"""
        {STORE}
            def add(self, entry: Entry) -> None:
                with self.entries as entries:
                    entries.append(entry)  # KMI0611


        class Buffer:
            def __init__(self, start: bytearray) -> None:
                self.bytes = Mutex(start)  # KMI0611
                self.copy = Mutex(bytearray(start))


        class Twice:
            def __init__(self) -> None:
                self.one = Mutex(self.make())

            def make(self) -> bytearray:
                return bytearray()
    """)


def test_helpers_keep_what_they_are_given_together(agrees: "Agrees") -> None:
    agrees(f"""
        {STORE}
            def add(self) -> None:
                with self.entries as entries:
                    put(entries, Entry())

            def leak(self, others: list[Entry]) -> None:
                with self.entries as entries:
                    put(others, entries[0])  # KMI0608

            def same(self) -> int:
                with self.entries as entries:
                    first = pick(entries)
                    return first.count

            def other(self) -> int:
                with self.entries as entries:
                    first = pick(entries)
                return first.count  # KMI0608


        def put(entries: list[Entry], entry: Entry) -> None:
            entries.append(entry)


        def pick(entries: list[Entry]) -> Entry:
            return entries[0]
    """)
