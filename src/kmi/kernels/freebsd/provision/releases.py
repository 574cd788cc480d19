"""The releases of FreeBSD that a module can be built for, and what each takes.

    releases.find("freebsd")        # 15, which the compiler's package has the headers of
    releases.find("freebsd:14")     # UnknownRelease: say which source tree

Another release is built against its own source tree, and what it lacks is said before it is built.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFAULT", "RELEASES", "Release", "UnknownRelease", "find"]


class UnknownRelease(ValueError):
    """A name that no release of FreeBSD has; the message lists those there are."""


@dataclass(frozen=True)
class Release:
    """A major release: its kernel's interface stays as it is within one (its KBI)."""

    name: str
    """The major number."""
    version: int
    """`__FreeBSD_version` of the first release of that number: what the module asks of a kernel."""
    packaged: bool
    """Whether the compiler's package has its headers."""

    @property
    def title(self) -> str:
        """As one speaks of it."""
        return f"FreeBSD {self.name}"

    @property
    def last(self) -> int:
        """The highest version that the number can have: MODULE_KERNEL_MAXVER in `sys/module.h`."""
        return int(self.name) * 100_000 + 99_999

    @property
    def triple(self) -> str:
        """What the compiler calls its target."""
        return f"x86_64-unknown-freebsd{self.name}.0"


#: `__FreeBSD_version` as the Porter's Handbook lists it, "__FreeBSD_version Values", for NN.0-RELEASE.
RELEASES = (Release("15", 1500068, packaged=True),)
DEFAULT = RELEASES[0]


def find(name: str) -> Release:
    """The release of ``freebsd`` or ``freebsd:15``. Raises UnknownRelease."""
    word = name.removeprefix("freebsd").removeprefix(":")
    for release in RELEASES:
        if word in ("", release.name):
            return release
    known = ", ".join(f"freebsd:{release.name}" for release in RELEASES)
    raise UnknownRelease(f"there is no kernel '{name}'; there are freebsd, {known}")
