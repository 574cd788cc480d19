"""`python -m kmi.testing.differential`: a campaign of random programs, or one finding again."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from kmi.testing.differential.campaign import replay, run


def main(arguments: list[str] | None = None) -> int:
    """0: nothing differs; 1: something does."""
    parser = argparse.ArgumentParser(
        prog="python -m kmi.testing.differential",
        description="Random programs in CPython and compiled, which must agree; what differs is made small "
        "and saved. With FILE: compare the programs of that file.",
    )
    parser.add_argument("file", nargs="?", type=Path, metavar="FILE", help="a program that was saved")
    parser.add_argument("--minutes", type=float, default=60.0, help="how long (60)")
    parser.add_argument("--seed", type=int, default=1, help="the same seed makes the same programs (1)")
    parser.add_argument("--jobs", type=int, default=1, help="processes at once (1)")
    parser.add_argument("--save", type=Path, default=Path("findings"), metavar="DIRECTORY",
                        help="where findings go (findings)")  # fmt: skip
    given = parser.parse_args(arguments)
    if given.jobs < 1:
        parser.error("--jobs takes a number above 0")

    def say(line: str) -> None:
        print(line, flush=True)

    if given.file is not None:
        return int(replay(given.file, say))
    say(f"campaign of {given.minutes:g} minutes, --seed {given.seed} --jobs {given.jobs}")
    campaign = run(given.seed, given.minutes, given.jobs, given.save, say)
    say(campaign.summary)
    for kind, count in campaign.kinds.most_common():
        say(f"  {count:5}  {kind}")
    return int(bool(campaign.kinds))


if __name__ == "__main__":
    sys.exit(main())
