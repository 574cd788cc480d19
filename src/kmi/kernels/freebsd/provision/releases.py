"""The releases of FreeBSD that a module can be built for, and what each takes.

    releases.find("freebsd")        # 15, of which the compiler's package has the headers
    releases.find("freebsd:14")     # 14, against a source tree: `--headers DIR`
    releases.find("freebsd:13")     # UnknownRelease, which says why

The table is `RELEASES`; docs/freebsd.md shows it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

__all__ = ["DEFAULT", "RELEASES", "Release", "UnknownRelease", "find", "of_version"]


class UnknownRelease(ValueError):
    """A release that nothing is built for; the message says why, and which there are."""


@dataclass(frozen=True)
class Release:
    """A major release: its kernel's interface stays as it is within one (its KBI)."""

    name: str
    """The major number."""
    version: int
    """`__FreeBSD_version` of the headers: what the module asks of a kernel, at least."""
    packaged: bool = False
    """Whether the compiler's package has its headers; otherwise they come from a source tree."""
    current: bool = False
    """Whether it is still being made: then a module fits the very version that it was built for."""
    refused: str = ""
    """Why nothing is built for it."""
    tree: Path | None = None
    """The source tree with its headers, if they come from one."""

    @property
    def title(self) -> str:
        """As one speaks of it."""
        return f"FreeBSD {self.name}{'-CURRENT' if self.current else ''}"

    @property
    def last(self) -> int:
        """The highest version that the number can have: MODULE_KERNEL_MAXVER in `sys/module.h`."""
        return int(self.name) * 100_000 + 99_999

    @property
    def triple(self) -> str:
        """What the compiler calls its target."""
        return f"x86_64-unknown-freebsd{self.name}.0"

    def at(self, tree: Path, version: int) -> Release:
        """The release with the headers of a source tree of that version."""
        return replace(self, tree=tree, version=version)


#: `__FreeBSD_version` as the Porter's Handbook lists it, "__FreeBSD_version Values", for NN.0-RELEASE.
RELEASES = (
    Release("13", 1300139, refused="its last release has had no support since April 2026"),
    Release("14", 1400097),
    Release("15", 1500068, packaged=True),
    Release("16", 1600000, current=True),
)
DEFAULT = next(release for release in RELEASES if release.packaged)


def find(name: str) -> Release:
    """The release of ``freebsd`` or ``freebsd:15``. Raises UnknownRelease."""
    word = name.removeprefix("freebsd").removeprefix(":")
    if not word:
        return DEFAULT
    for release in RELEASES:
        if word == release.name:
            return _taken(release)
    raise UnknownRelease(f"there is no kernel '{name}'; there are freebsd, {_known()}")


def of_version(version: int) -> Release:
    """The release that a kernel of that `__FreeBSD_version` is of. Raises UnknownRelease."""
    for release in RELEASES:
        if version // 100_000 == int(release.name):
            return _taken(release)
    number = version // 100_000
    raise UnknownRelease(f"kmi does not know FreeBSD {number} (version {version}); it knows {_known()}")


def _taken(release: Release) -> Release:
    if release.refused:
        raise UnknownRelease(f"nothing is built for {release.title}: {release.refused}; there are {_known()}")
    return release


def _known() -> str:
    return ", ".join(f"freebsd:{release.name}" for release in RELEASES if not release.refused)
