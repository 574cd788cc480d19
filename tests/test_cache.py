"""The cache is whole at every moment: two runs at once, interruptions, a full disk."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kmi import cache
from kmi.cache import CacheError


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("KMI_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


def seen(place: Path, kind: str) -> list[str]:
    return sorted(path.name for path in (place / kind).iterdir() if not path.name.endswith(".lock"))


def test_the_directory_is_where_the_environment_says(monkeypatch: pytest.MonkeyPatch, place: Path) -> None:
    assert cache.directory() == place
    monkeypatch.delenv("KMI_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/somewhere")
    assert cache.directory() == Path("/somewhere/kmi")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "/home/me")
    assert cache.directory() == Path("/home/me/.cache/kmi")


def test_keys_differ_where_their_parts_do() -> None:
    assert cache.key("a", "bc") != cache.key("ab", "c")
    assert cache.key("a") == cache.key(b"a")
    assert len(cache.key()) == 24


def test_an_entry_is_made_once() -> None:
    made = []

    def make(path: Path) -> None:
        made.append(path)
        (path / "file").write_text("x")

    assert cache.find("kind", "name") is None
    first = cache.get("kind", "name", make)
    assert cache.get("kind", "name", make) == first == cache.find("kind", "name")
    assert (first / "file").read_text() == "x"
    assert len(made) == 1


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_interrupted_entry_is_not_there(place: Path, error: type[BaseException]) -> None:
    with pytest.raises(error), cache.entry("kind", "name") as path:
        (path / "half").write_text("x")
        raise error
    assert cache.find("kind", "name") is None
    assert seen(place, "kind") == []


def test_an_entry_can_be_replaced_and_stays_when_that_fails(place: Path) -> None:
    for text in ("one", "two"):
        with cache.entry("kind", "name") as path:
            (path / "file").write_text(text)
    with pytest.raises(RuntimeError), cache.entry("kind", "name"):
        raise RuntimeError
    found = cache.find("kind", "name")
    assert found is not None and (found / "file").read_text() == "two"
    assert seen(place, "kind") == ["name"]


def test_what_a_killed_run_left_is_cleared_away(place: Path) -> None:
    program = (
        "import os, signal; from kmi import cache\n"
        "with cache.entry('kind', 'name') as path:\n"
        "    (path / 'stale').write_text('x'); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert subprocess.run([sys.executable, "-c", program]).returncode == -9
    assert seen(place, "kind") == [".name.partial"]
    assert cache.find("kind", "name") is None
    with cache.entry("kind", "name") as path:
        assert list(path.iterdir()) == []
    assert seen(place, "kind") == ["name"]


def test_two_runs_at_once_make_one_entry(place: Path) -> None:
    program = (
        "import sys; from kmi import cache\n"
        "def make(path):\n"
        "    print('made', flush=True); sys.stdin.readline(); (path / 'file').write_text('x')\n"
        "print(cache.get('kind', 'name', make) / 'file', flush=True)\n"
    )
    runs = [
        subprocess.Popen(
            [sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for run in runs:  # both, before waiting for either: only one of them reads it, and nobody knows which
        assert run.stdin is not None
        run.stdin.write("\n")
        run.stdin.flush()
    said = "".join(run.communicate(timeout=30)[0] for run in runs)
    assert said.count("made") == 1
    assert said.count(f"{place}/kind/name/file") == 2


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_one_sentence(place: Path, code: int) -> None:
    with pytest.raises(CacheError, match="the disk of the cache .* is full; .*KMI_CACHE="):
        with cache.entry("kind", "name"):
            raise OSError(code, os.strerror(code))
    assert seen(place, "kind") == []


def test_a_cache_that_is_no_directory_or_not_ours_is_one_sentence(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Path, *arguments: object, **options: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)
    with pytest.raises(CacheError, match="cannot be written .*KMI_CACHE="), cache.entry("kind", "name"):
        raise AssertionError("not reached")


def test_an_error_of_something_else_stays_what_it_is() -> None:
    with pytest.raises(PermissionError), cache.entry("kind", "name"):
        raise PermissionError(errno.EACCES, "Permission denied", "/elsewhere")


def test_old_entries_are_pruned(place: Path) -> None:
    for age, name in enumerate(["6.1-c", "6.1-b", "6.1-a", "6.12-x"]):
        with cache.entry("kind", name):
            pass
        os.utime(place / "kind" / name, (1000 - age, 1000 - age))
    cache.prune("kind", "6.1-", 2)
    assert seen(place, "kind") == ["6.1-b", "6.1-c", "6.12-x"]
    cache.prune("nothing", "", 0)


def test_scratch_is_empty_and_vanishes(place: Path) -> None:
    with cache.lock("kind", "work"):
        (place / "kind" / ".scratch").mkdir()
        (place / "kind" / ".scratch" / "old").write_text("x")
        with cache.scratch("kind") as path:
            assert list(path.iterdir()) == []
        assert not path.exists()
