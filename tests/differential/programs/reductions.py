"""What goes through all items: `sum`, `any`, `min`, `sorted` and their like; containers of other things."""

from dataclasses import dataclass

from kmi import info
from kmi.integers import u8, u64


@dataclass
class Job:
    name: str
    urgency: int


class Loud:
    def __init__(self, name: str) -> None:
        self.name = name

    def __del__(self) -> None:
        info(f"-{self.name}")


def noisy(number: int) -> int:
    info(f"noisy {number}")
    return number


def urgency(job: Job) -> int:
    return job.urgency


def sums(numbers: list[int]) -> None:
    info(f"{sum(numbers)} {sum(numbers, 10)} {sum(numbers[:0], 3)} {sum(numbers, start=-1)}")
    info(f"{sum(n * n for n in numbers)}")
    info(f"{sum(a * b for a in numbers for b in numbers if a < b)}")
    info(f"{sum(b'abc')} {sum(n > 1 for n in numbers)} {sum(range(101))}")
    info(f"{sum(a * b for a, b in zip(numbers, [4, 5, 6]))}")
    huge = sum(1 << 100 for _ in range(3))
    info(f"{huge >> 100}")


def found(numbers: list[int]) -> None:
    info(f"{any(noisy(n) > 1 for n in numbers)} {all(noisy(n) > 1 for n in numbers)}")
    info(f"{any(numbers)} {all(numbers)} {any(n for n in range(0))} {all(n for n in range(0))}")
    info(f"{any(a == b for a in numbers for b in [noisy(2), 7])}")
    info(f"{all(name for name in ['a', ''])} {any([[0], [1]])}")
    if any(n == 2 for n in numbers) and not all(n == 2 for n in numbers):
        info("some")


def extremes(numbers: list[int]) -> None:
    info(f"{min(numbers)} {max(numbers)} {max(n % 3 for n in numbers)} {min(b'zyx')}")
    info(f"{min(numbers[:0], default=7)} {max(numbers, default=0)} {max(numbers, key=lambda n: -n)}")
    words = ["pear", "fig", "apple", "kiwi"]
    info(f"{min(words)} {max(words)} {max(words, key=len)} {min(words, key=len)} {min('b', 'a')}")
    empty: list[str] = []
    nothing = max(empty, default=None)
    info("none" if nothing is None else nothing)
    something = max(words, default=None)
    info("none" if something is None else something)
    info(max(empty, default="fallback") + min(words, default="fallback"))
    jobs = [Job("a", 3), Job("b", 5), Job("c", 5), Job("d", 3)]
    info(f"{max(jobs, key=urgency).name} {min(jobs, key=lambda job: job.urgency).name}")
    big: list[u64] = [2**64 - 1, 5]
    info(f"{min(number + 1 for number in big)}")
    try:
        info(f"{min(empty)}")
    except ValueError as error:
        info(f"{error}")
    try:
        info(f"{max(n for n in range(0))}")
    except ValueError as error:
        info(f"{error}")


def ordered(numbers: list[int]) -> None:
    info(f"{sorted(numbers)} {sorted(numbers, reverse=True)} {sorted(n % 2 for n in numbers)} {numbers}")
    info(f"{sorted(numbers, key=lambda n: n % 2 * 10 - n)}")
    jobs = [Job("a", 3), Job("b", 5), Job("c", 5), Job("d", 3)]
    info(f"{[job.name for job in sorted(jobs, key=urgency)]}")
    info(f"{[job.name for job in sorted(jobs, key=lambda job: job.urgency, reverse=True)]}")
    jobs.sort(key=lambda job: job.name, reverse=True)
    info(f"{[job.name for job in jobs]}")
    info(f"{sorted({3, 1, 2})} {sorted({'b': 1, 'a': 2})} {sorted(b'cab')}")
    info(f"{sorted(numbers, key=lambda n: (n % 2, -n))} {max((n % 2, n) for n in numbers)}")
    words = ["bb", "a", "ccc"]
    words.sort(key=len)
    info(f"{words}")


def containers(numbers: list[int]) -> None:
    info(f"{list(range(4))} {list(enumerate(b'ab'))} {list(zip(numbers, 'abc'))}")
    info(f"{list(reversed(numbers))} {list(n + 1 for n in numbers)}")
    info(f"{len(set(n % 2 for n in numbers))} {dict(zip('abc', numbers))}")
    info(f"{dict((n, n * n) for n in numbers)}")
    info(f"{bytes(n + 64 for n in numbers)} {bytes(range(3))}")
    info(", ".join(f"<{n}>" for n in numbers) + b"-".join(bytes([n + 64]) for n in numbers).decode())
    more = [0]
    more.extend(n for n in numbers if n > 1)
    info(f"{more}")
    narrow: list[u8] = list(n for n in b"xyz")
    info(f"{narrow}")
    try:
        info(f"{bytes(300 - n for n in numbers)}")
    except ValueError as error:
        info(f"{error}")


def lives() -> None:
    loud = [Loud("a"), Loud("b"), Loud("c")]
    last = max(loud, key=lambda one: one.name)
    info(last.name)
    first = min((Loud(f"t{n}") for n in range(3)), key=lambda one: one.name)
    info(first.name)
    if any(one.name == "b" for one in loud):
        info("b is there")
    del loud
    info("end")


def main() -> None:
    numbers = [3, 1, 2]
    sums(numbers)
    found(numbers)
    extremes(numbers)
    ordered(numbers)
    containers(numbers)
    lives()
