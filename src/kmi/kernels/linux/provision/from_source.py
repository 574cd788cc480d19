"""Kernels built here of Debian's source packages: configured, built, and stripped to what is needed.

    recipe = debug_kernel.RECIPE
    configure(tree, recipe); build(tree, recipe, print); keep(tree, recipe, into)

A recipe starts from ``tinyconfig``, so that it builds in minutes, and adds what it is for. Kconfig drops
options silently when something they depend on is missing (SLUB_TINY alone costs KASAN), so every option
asked for is looked up afterwards, and one that is not set as asked ends the build.

Of a build is kept what a module needs (``make -C`` works on it) and the kernel itself.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

# What `make -C` of a module reads, besides the headers; found by what Debian's own headers packages contain.
_KEPT = ("Makefile", "Kbuild", "Kconfig", ".config", "Module.symvers", "System.map", "include", "scripts")


@dataclass(frozen=True)
class Recipe:
    """How a kernel is configured and built from Debian's source package."""

    #: What the kernel is called in messages, such as "the debug kernel".
    title: str
    #: ``ARCH=`` of its make.
    architecture: str
    #: Its options beside tinyconfig's: words NAME=VALUE; lines that begin with ``#`` say what a group is for.
    config: str
    #: Changes to the source: file, what stands there once, what shall.
    patches: tuple[tuple[str, str, str], ...]
    #: What make builds.
    targets: tuple[str, ...]
    #: The file that boots, in the tree.
    image: str
    #: What is kept of the tree besides what every module needs.
    kept: tuple[str, ...]
    #: How many files it compiles, roughly, for the progress.
    files: int

    def options(self) -> dict[str, str]:
        """The options: name to value."""
        lines = (line for line in self.config.splitlines() if not line.startswith("#"))
        return {name: value for line in lines for name, _, value in (w.partition("=") for w in line.split())}

    def identity(self) -> str:
        """A text that differs when the same source would be built into another kernel."""
        return self.config + repr(self.patches)

    def make(self, *arguments: str) -> list[str]:
        """The command line of its make."""
        return ["make", f"ARCH={self.architecture}", *arguments]


class BuildError(Exception):
    """A kernel cannot be configured or built."""


def not_set(wanted: dict[str, str], dotconfig: str) -> list[str]:
    """What of the wanted options the written ``.config`` does not have, one sentence's part each."""
    got = dict(re.findall(r"^CONFIG_(\w+)=(.*)$", dotconfig, re.MULTILINE))
    return [
        f"{name} is {got.get(name, 'n')}, not {value}"
        for name, value in wanted.items()
        if got.get(name, "n") != value
    ]


def patch(tree: Path, recipe: Recipe) -> None:
    """Apply the recipe's changes to the source."""
    for name, old, new in recipe.patches:
        text = (tree / name).read_text()
        if text.count(old) != 1:
            raise BuildError(f"{name} of the kernel's source has not one {old!r}; mend the patch")
        (tree / name).write_text(text.replace(old, new))


def configure(tree: Path, recipe: Recipe) -> None:
    """Write the tree's ``.config``, and see that it says what was asked."""
    wanted = recipe.options()
    fragment = tree / ".kmi.config"
    fragment.write_text("".join(f"CONFIG_{name}={value}\n" for name, value in wanted.items()))
    _run(recipe.make("-s", "tinyconfig"), tree)
    _run(["scripts/kconfig/merge_config.sh", "-m", ".config", fragment.name], tree)
    _run(recipe.make("-s", "olddefconfig"), tree)
    if lost := not_set(wanted, (tree / ".config").read_text()):
        raise BuildError(
            f"the configuration of {recipe.title} lost options that it was asked for ("
            + "; ".join(lost)
            + "): something that they depend on is missing from the recipe"
        )


def build(tree: Path, recipe: Recipe, progress: Callable[[str], None]) -> None:
    """Build the configured tree with two jobs, telling the progress now and then."""
    process = subprocess.Popen(
        ["setpriv", "--pdeathsig", "TERM", *recipe.make("-j2", *recipe.targets)],  # never longer than we live
        cwd=tree,
        env=_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    lines: list[str] = []
    count = 0
    try:
        for line in process.stdout:
            lines.append(line)
            count += line.startswith("  CC")
            if line.startswith("  CC") and count % 100 == 0:
                progress(f"building {recipe.title}: {count} files of some {recipe.files}")
        status = process.wait()
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait()
    if status:
        _complain_of_a_full_disk("".join(lines[-200:]))
        raise BuildError(f"{recipe.title} does not build:\n" + "".join(lines[-30:]))


def keep(tree: Path, recipe: Recipe, into: Path) -> None:
    """Move what modules and machines need from the built tree to ``into``, and leave the rest."""
    into.mkdir(parents=True, exist_ok=True)
    for name in (*_KEPT, *recipe.kept, recipe.image):
        source = tree / name
        if source.exists():
            target = into / name
            target.parent.mkdir(parents=True, exist_ok=True)
            source.rename(target)
    for useless in _found(into / "scripts", "*.o", ".*.cmd"):
        useless.unlink()


def unpack(package: Path, into: Path) -> Path:
    """Unpack Debian's source package; the source tree."""
    _run(["dpkg-deb", "-x", str(package), str(into / "package")], into)
    archive = next((into / "package" / "usr" / "src").glob("linux-source-*.tar.xz"))
    tree = into / "tree"
    tree.mkdir()
    _run(["tar", "-C", str(tree), "--strip-components=1", "-xf", str(archive)], into)
    shutil.rmtree(into / "package")
    return tree


def _complain_of_a_full_disk(said: str) -> None:
    if os.strerror(errno.ENOSPC) in said:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # one sentence, by the cache


def _found(root: Path, *patterns: str) -> Iterable[Path]:
    return [path for pattern in patterns for path in root.rglob(pattern)]


def _environment() -> dict[str, str]:
    # The same bytes whoever builds: the snapshot's key contains the image.
    fixed = {"KBUILD_BUILD_USER": "kmi", "KBUILD_BUILD_HOST": "kmi", "KBUILD_BUILD_TIMESTAMP": "1970-01-01"}
    return {**os.environ, **fixed, "LC_ALL": "C"}


def _run(command: list[str], where: Path) -> None:
    done = subprocess.run(
        command, cwd=where, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        _complain_of_a_full_disk(done.stdout)
        raise BuildError(f"{command[0]} failed:\n" + "\n".join(done.stdout.splitlines()[-20:]))
