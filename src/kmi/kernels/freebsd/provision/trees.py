"""The headers of another FreeBSD: in a source tree, as /usr/src is one.

    release = trees.release_of(Path("/usr/src"))         # the release, with the tree's exact version
    trees.places(release)                                # the directories of its headers

A kernel's build finds `machine/` and `x86/` through links that it makes; here they are in the cache. Headers
that its build generates (`vnode_if.h`, `opt_*.h`) are not needed: the layer includes none, and `opt_global.h`
is the compiler's (`toolchain/compiler.py`).
"""

from __future__ import annotations

import re
from pathlib import Path

from kmi import cache
from kmi.kernels.building.lacking import ProvisionError
from kmi.kernels.freebsd.provision import releases
from kmi.kernels.freebsd.provision.releases import Release

__all__ = ["identity", "places", "release_of"]

_VERSION = re.compile(r"^#\s*define\s+__FreeBSD_version\s+(\d+)", re.MULTILINE)

#: What an amd64 kernel's build links to where: sys/conf/kmod.mk.
_LINKS = {"machine": "amd64/include", "x86": "x86/include", "i386": "i386/include"}


def release_of(tree: Path) -> Release:
    """The release that the tree is of. Raises ProvisionError, UnknownRelease."""
    sys = _sys(tree)
    found = _VERSION.search((sys / "sys" / "param.h").read_text(errors="replace"))
    if found is None:
        raise ProvisionError(f"{sys}/sys/param.h defines no __FreeBSD_version: it is not FreeBSD's")
    version = int(found[1])
    return releases.of_version(version).at(sys.resolve(), version)


def places(release: Release) -> list[Path]:
    """The directories of the headers, the machine's own first."""
    assert release.tree is not None
    sys = release.tree

    def make(path: Path) -> None:
        for link, target in _LINKS.items():
            (path / link).symlink_to(sys / target)

    links = cache.get("freebsd-tree", cache.key(str(sys)), make)
    return [links, sys, sys / "contrib" / "ck" / "include"]


def identity(release: Release) -> str:
    """What the headers of the tree are: another text of them is another identity."""
    assert release.tree is not None
    parts = [str(release.tree)]
    for directory in ("sys", "vm", *_LINKS.values()):
        for file in sorted((release.tree / directory).glob("*.h")):
            state = file.stat()
            parts.append(f"{file.name} {state.st_size} {state.st_mtime_ns}")
    return cache.key(*parts)


def _sys(tree: Path) -> Path:
    """The directory `sys` of a tree, which may also be what is given. Raises ProvisionError."""
    for sys in (tree / "sys", tree):
        if (sys / "sys" / "param.h").is_file():
            if not (sys / "amd64" / "include").is_dir():
                raise ProvisionError(f"{sys} has no amd64/include: give the whole tree of FreeBSD's sources")
            return sys
    raise ProvisionError(f"{tree} has no sys/sys/param.h: give the tree of FreeBSD's sources, /usr/src")
