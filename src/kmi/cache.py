"""The cache: what takes long to make and is the same every time, such as kernels and snapshots of machines.

An entry is a directory, named by its kind and by a key that says everything it depends on::

    def build(path: Path) -> None:
        (path / "bzImage").write_bytes(...)

    path = cache.get("kernel", cache.key("6.12.117", config), build)

Invariants: an entry that can be seen is whole, because it is made under another name and renamed; only one
process makes an entry at a time, the others wait for it; a run that is interrupted leaves at most a partial
directory, which the next maker removes. Deleting the whole directory is always safe.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


class CacheError(Exception):
    """The cache cannot be written: the disk is full, or the directory belongs to someone else."""


def directory() -> Path:
    """The cache's directory: ``$KMI_CACHE``, or ``kmi`` in ``$XDG_CACHE_HOME`` or in ``~/.cache``."""
    if chosen := os.environ.get("KMI_CACHE"):
        return Path(chosen).absolute()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache").absolute() / "kmi"


def key(*parts: str | bytes) -> str:
    """A key that differs when any of the parts differs."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        digest.update(len(data).to_bytes(8, "little") + data)
    return digest.hexdigest()[:24]


def find(kind: str, name: str) -> Path | None:
    """The entry's directory, or None when it was not made yet."""
    path = directory() / kind / name
    return path if path.is_dir() else None


@contextmanager
def lock(kind: str, name: str) -> Iterator[None]:
    """Hold the entry's lock, among all processes that share the cache; waits for whoever has it."""
    with _complaints():
        place = directory() / kind
        place.mkdir(parents=True, exist_ok=True)
        handle = os.open(place / f".{name}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


@contextmanager
def entry(kind: str, name: str) -> Iterator[Path]:
    """A temporary directory that becomes the entry when the block ends well, and vanishes when it does not.

    The entry's lock is held meanwhile. An entry that exists already is replaced.
    """
    with lock(kind, name), _write(kind, name) as partial:
        yield partial


def get(kind: str, name: str, make: Callable[[Path], None]) -> Path:
    """The entry's directory, made by ``make`` in a temporary directory when it is not there yet."""
    if path := find(kind, name):
        return path
    with lock(kind, name):
        if path := find(kind, name):  # another process was quicker
            return path
        with _write(kind, name) as partial:
            make(partial)
    return directory() / kind / name


def prune(kind: str, prefix: str, keep: int) -> None:
    """Remove all but the newest ``keep`` entries whose names begin with ``prefix``; for what is large."""
    place = directory() / kind
    entries = [path for path in place.glob(f"{prefix}*") if path.is_dir() and not path.name.startswith(".")]
    for path in sorted(entries, key=lambda path: path.stat().st_mtime, reverse=True)[keep:]:
        with lock(kind, path.name):
            # Out of sight first, so that nobody finds half an entry; who has its files open keeps them.
            old = place / f".{path.name}.old"
            shutil.rmtree(old, ignore_errors=True)
            path.rename(old)
            shutil.rmtree(old, ignore_errors=True)


@contextmanager
def scratch(kind: str) -> Iterator[Path]:
    """A directory on the cache's disk for work on the way to an entry; it vanishes with the block.

    The caller holds a lock of that kind, so what an interrupted run left there is removed first.
    """
    place = directory() / kind / ".scratch"
    with _complaints():
        try:
            shutil.rmtree(place, ignore_errors=True)
            place.mkdir(parents=True)
            yield place
        finally:
            shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _write(kind: str, name: str) -> Iterator[Path]:
    place = directory() / kind
    partial, final = place / f".{name}.partial", place / name
    with _complaints():
        try:
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir()
            yield partial
            if final.exists():
                # A directory cannot be renamed over a full one; readers of the old one keep their open files.
                old = place / f".{name}.old"
                shutil.rmtree(old, ignore_errors=True)
                final.rename(old)
                partial.rename(final)
                shutil.rmtree(old, ignore_errors=True)
            else:
                partial.rename(final)
        except BaseException:
            shutil.rmtree(partial, ignore_errors=True)
            raise


@contextmanager
def _complaints() -> Iterator[None]:
    """Turn the errors of a disk that is full or not ours into one sentence."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise CacheError(
                f"the disk of the cache {directory()} is full; free some space there, "
                "or choose another place: export KMI_CACHE=/some/where/else"
            ) from error
        refused = error.errno in (errno.EACCES, errno.EPERM, errno.EROFS)
        if refused and str(directory()) in str(error.filename):
            raise CacheError(
                f"the cache {directory()} cannot be written ({error.strerror}); choose another place: "
                "export KMI_CACHE=/some/where/else"
            ) from error
        raise
