"""Two instances of one lock, taken together."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conftest import Agrees

START = """
        from kmi.sync import lock_all


        class Account:
            def __init__(self) -> None:
                self.kept = Mutex(bytearray())
                self.spent = Mutex(bytearray())
                self.fast = SpinLock(bytearray())
                self.raw = RawSpinLock(bytearray())
                self.table = RwLock(bytearray())
"""


def test_one_lock_of_two_objects_is_taken(agrees: "Agrees") -> None:
    agrees(f"""
        {START}
            def pay(self, other: "Account") -> int:
                with lock_all(self.kept, other.kept) as (mine, theirs):
                    mine.append(1)
                    with lock_all(self.fast, other.fast) as (a, b):
                        a.extend(b)
                with lock_all(self.spent, other.spent):
                    pass
                with lock_all(self.kept, other.kept) as (mine, theirs), self.spent as spent:
                    return len(mine) + len(theirs) + len(spent)
    """)


def test_what_cannot_be_taken_together(agrees: "Agrees") -> None:
    agrees(f"""
        {START}
            def other(self) -> "Account":
                return self

            def pay(self, other: "Account", lock: Mutex[bytearray]) -> None:
                with lock_all(self.kept, other.spent) as (a, b):  # KMI0808
                    a.extend(b)
                with lock_all(self.kept) as (a, b):  # KMI0808
                    a.extend(b)
                with lock_all(self.kept, other.fast) as (a, b):  # KMI0808
                    a.extend(b)
                with lock_all(self.raw, other.raw) as (a, b):  # KMI0808
                    a.extend(b)
                with lock_all(self.table, other.table) as (a, b):  # KMI0808
                    a.extend(b)
                with lock_all(self.kept, self.other().kept) as (a, b):  # KMI0808
                    a.extend(b)
                with lock_all(self.kept, lock) as (a, b):  # KMI0808
                    a.extend(b)
                with lock_all(self.kept, other.kept) as both:  # KMI0808
                    pass
    """)


def test_the_two_count_as_one_in_the_order_of_locks(agrees: "Agrees") -> None:
    agrees(f"""
        {START}
            def pay(self, other: "Account", third: "Account") -> None:
                with lock_all(self.kept, other.kept) as (mine, theirs):
                    with third.kept as its:  # KMI0803
                        its.extend(mine)

            def one(self, other: "Account") -> None:
                with lock_all(self.fast, other.fast) as (mine, theirs):
                    with self.kept as kept:  # KMI0701
                        kept.extend(mine)

            def two(self, other: "Account") -> None:
                with lock_all(self.kept, other.kept) as (mine, theirs):
                    with self.spent as spent:  # KMI0801
                        spent.extend(mine)

            def three(self, other: "Account") -> None:
                with self.spent as spent:
                    with lock_all(self.kept, other.kept) as (mine, theirs):
                        spent.extend(mine)
    """)


def test_what_both_lend_stays_in_the_block(agrees: "Agrees") -> None:
    agrees(f"""
        {START}
            def pay(self, other: "Account") -> bytearray:
                with lock_all(self.kept, other.kept) as (mine, theirs):
                    mine = bytearray()  # KMI0607
                with lock_all(self.spent, other.spent) as (ours, its):
                    return its  # KMI0608
    """)
