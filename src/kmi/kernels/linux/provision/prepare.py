"""Getting a kernel onto this computer: tools from apt, headers, images and sources into the cache.

    for lack in provision.missing(flavor):
        print(lack.what, lack.line)            # what is missing, and the exact line that installs it
    provision.prepare(flavor, print)           # does all of it, where apt and the rights allow
    provision.headers(flavor)                  # the directory for `make -C`
    provision.image(flavor)                    # the kernel to boot

``missing`` only looks, quickly, and changes nothing. Only tools are installed as packages. Kernels and
headers are downloaded as packages but unpacked into the cache: Debian's headers of 6.12 depend on the kernel
itself, and installing that would change what this computer boots. Headers that are installed are used as
they are. An image always has exactly the release of the headers, since a module fits one release only.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from kmi import cache
from kmi.kernels.building.lacking import Missing, ProvisionError
from kmi.kernels.linux.provision import debug_kernel, from_source, kunit, uml_kernel
from kmi.kernels.linux.provision.flavors import KernelFlavor

SOURCES = Path("/usr/src")

#: A program or file that must be there, and Debian's package that has it.
_TOOLS = (
    ("gcc", "gcc"),
    ("make", "make"),
    ("qemu-system-x86_64", "qemu-system-x86"),
    ("/usr/lib/x86_64-linux-gnu/libc.a", "libc6-dev"),
    ("setpriv", "util-linux"),
    ("/usr/lib/x86_64-linux-gnu/libelf.so.1", "libelf1"),  # the headers' objtool and modpost need it
    ("pahole", "pahole"),  # and 6.12's build of a module writes its BTF
)
_BUILD_TOOLS = (
    ("bc", "bc"),
    ("bison", "bison"),
    ("flex", "flex"),
    ("xz", "xz-utils"),
    ("perl", "perl"),
    ("/usr/include/libelf.h", "libelf-dev"),
)

_APT = ("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=300", "-o", "Dpkg::Use-Pty=0")


def missing(flavor: KernelFlavor) -> list[Missing]:
    """What is lacking to build for the kernel and to boot it, in the order in which to install it."""
    lacks = []
    if packages := _packages(flavor):
        what = f"packages for linux:{flavor.name}: {', '.join(packages)}"
        lacks.append(Missing(what, _install_line(packages)))
    if not _has_image(flavor):
        parts = "the image of" if not flavor.built_here and _found_headers(flavor) else "headers and image of"
        what = f"{_recipe(flavor).title}, built here" if flavor.built_here else f"{parts} {flavor.title}"
        lacks.append(Missing(f"{what} (linux:{flavor.name})", _prepare_line(flavor)))
    return lacks


def prepare(flavor: KernelFlavor, progress: Callable[[str], None]) -> None:
    """Install, download and build whatever is missing; quick when nothing is."""
    _complete(lambda: _packages(flavor), progress)
    if _has_image(flavor):
        return
    if flavor.built_here:
        _build(flavor, progress)
    else:
        if not _found_headers(flavor):
            progress(f"fetching the headers of {flavor.title}")
            _fetch_headers(flavor)
        progress(f"fetching the image of {flavor.title}, {release(flavor)}")
        _fetch_image(release(flavor))


def tools(wanted: dict[str, str], progress: Callable[[str], None]) -> None:
    """Install the packages of these programs, program to package, that are not there yet."""
    _complete(lambda: [package for program, package in wanted.items() if not _there(program)], progress)


def release(flavor: KernelFlavor) -> str:
    """The kernel's full release, such as ``6.1.0-56-cloud-amd64``, as ``uname -r`` gives it."""
    if flavor.built_here:
        return (headers(flavor) / "include" / "config" / "kernel.release").read_text().strip()
    return headers(flavor).name.removeprefix("linux-headers-")


def headers(flavor: KernelFlavor) -> Path:
    """The directory against which modules are built, for ``make -C``."""
    if flavor.built_here:
        return _built(flavor)
    if found := _found_headers(flavor):
        return found
    raise ProvisionError(f"the headers of linux:{flavor.name} are missing:", missing(flavor))


def image(flavor: KernelFlavor) -> Path:
    """The kernel's image, in the form that boots."""
    if flavor.built_here:
        return _built(flavor) / _recipe(flavor).image
    if path := _image_of(release(flavor)):
        return path
    raise ProvisionError(f"the image of linux:{flavor.name} was not fetched:", missing(flavor))


def _found_headers(flavor: KernelFlavor) -> Path | None:
    """The newest headers of the series: those in the cache, else those that are installed."""
    name = f"linux-headers-{flavor.series}.*-cloud-amd64"
    for pattern in (f"headers/*/usr/src/{name}", None):
        found = cache.directory().glob(pattern) if pattern else SOURCES.glob(name)
        whole = [path for path in found if (path / "Makefile").exists() and (path / ".config").exists()]
        if whole:
            return max(whole, key=lambda path: [int(number) for number in re.findall(r"\d+", path.name)])
    return None


def _has_image(flavor: KernelFlavor) -> bool:
    if flavor.built_here:
        return any(_entries(flavor))
    found = _found_headers(flavor)
    return found is not None and _image_of(found.name.removeprefix("linux-headers-")) is not None


# ---- packages ----


def _packages(flavor: KernelFlavor) -> list[str]:
    """The packages that are not installed, told by what they contain."""
    wanted = [package for thing, package in _TOOLS if not _there(thing)]
    if flavor.built_here and not _has_image(flavor):
        wanted += [package for thing, package in _BUILD_TOOLS if not _there(thing)]
    return wanted


def _complete(missing: Callable[[], list[str]], progress: Callable[[str], None]) -> None:
    """Install the packages that are missing, unless another process is quicker."""
    if missing():
        with cache.lock("apt", "apt"):
            if packages := missing():
                progress(f"installing {', '.join(packages)}")
                _install(packages)


def _there(thing: str) -> bool:
    return Path(thing).exists() if thing.startswith("/") else shutil.which(thing) is not None


def _install_line(packages: list[str]) -> str:
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}apt-get update && {sudo}apt-get install --no-install-recommends -y {' '.join(packages)}"


def _prepare_line(flavor: KernelFlavor) -> str:
    return f"{Path(sys.executable).with_name('kmi')} doctor --prepare linux:{flavor.name}"


def _install(packages: list[str]) -> None:
    lacks = [Missing(", ".join(packages), _install_line(packages))]
    _apt_get(["update"], lacks)
    _apt_get(["install", "--no-install-recommends", "-y", *packages], lacks)


def _apt_get(arguments: list[str], lacks: list[Missing]) -> None:
    """Carry out what of apt-get only root may, as root or through sudo without a question."""
    if not shutil.which("apt-get"):
        raise ProvisionError("there is no apt-get here; on Debian 12 this does it:", lacks)
    rights: list[str] = []
    if os.geteuid() != 0:
        if not shutil.which("sudo") or subprocess.run(["sudo", "-n", "true"], capture_output=True).returncode:
            raise ProvisionError(f"only root may apt-get {arguments[0]}; by hand:", lacks)
        rights = ["sudo", "-n"]
    done = _run([*rights, "env", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C", *_APT, *arguments])
    if done.returncode:
        said = "\n".join((done.stdout + done.stderr).splitlines()[-8:])
        raise ProvisionError(f"apt-get {arguments[0]} failed:\n{said}\nby hand:", lacks)


def download(package: str, into: Path) -> Path:
    """Download a package's file without installing it, which needs no rights."""
    lists = [Missing("apt's lists", f"{'' if os.geteuid() == 0 else 'sudo '}apt-get update")]
    if not shutil.which("apt-get"):
        raise ProvisionError(f"{package} is missing, and there is no apt-get here to download it")
    command = [*_APT, "-o", "APT::Sandbox::User=root", "download", package]
    if _run(command, cwd=into).returncode:
        _apt_get(["update"], lists)  # the lists may be old, or none, as in a fresh container
        done = _run(command, cwd=into)
        if done.returncode:
            said = "\n".join(done.stderr.splitlines()[-4:])
            raise ProvisionError(f"{package} cannot be downloaded: {said}\nif apt's lists are old:", lists)
    return max(into.glob(f"{package}_*.deb"))


def _needs(package: str) -> list[str]:
    """The packages that this one depends on, as apt's lists say."""
    done = _run(["apt-cache", "depends", package])
    if done.returncode or "Depends:" not in done.stdout:
        _apt_get(["update"], [Missing("apt's lists", _install_line([package]))])
        done = _run(["apt-cache", "depends", package])
    return re.findall(r"Depends: (\S+)", done.stdout)


def unpack(package: Path, into: Path) -> None:
    done = _run(["dpkg-deb", "-x", str(package), str(into)])
    if done.returncode:
        raise ProvisionError(f"{package.name} cannot be unpacked: {done.stderr.strip()}")
    package.unlink()


# ---- headers ----


def _fetch_headers(flavor: KernelFlavor) -> None:
    assert flavor.headers_package is not None
    pattern = re.compile(rf"linux-headers-({re.escape(flavor.series)}\..*-cloud-amd64)$")
    releases = [match[1] for name in _needs(flavor.headers_package) if (match := pattern.match(name))]
    if not releases:
        lacks = [Missing(flavor.headers_package, _install_line([flavor.headers_package]))]
        raise ProvisionError(f"apt does not know {flavor.headers_package}; is this Debian 12?", lacks)
    release = releases[0]

    def make(path: Path) -> None:
        package = f"linux-headers-{release}"
        parts = [name for name in _needs(package) if re.match(r"linux-(headers-.*-common|kbuild-)", name)]
        for name in (package, *parts):
            unpack(download(name, path), path)
        # All links are relative; only this file names a place in the file system.
        makefile = path / "usr" / "src" / package / "Makefile"
        final = cache.directory() / "headers" / release
        makefile.write_text(makefile.read_text().replace("/usr/src/", f"{final}/usr/src/"))
        shutil.rmtree(path / "usr" / "share", ignore_errors=True)

    cache.get("headers", release, make)


# ---- stock images ----


def _image_of(release: str) -> Path | None:
    entry = cache.find("image", release)
    # Where 6.12's headers are installed, so is the image, and there is nothing to fetch.
    for path in ((entry / f"vmlinuz-{release}") if entry else None, Path("/boot") / f"vmlinuz-{release}"):
        if path and os.access(path, os.R_OK):
            return path
    return None


def _fetch_image(release: str) -> None:
    def make(path: Path) -> None:
        package = download(f"linux-image-{release}", path)
        unpacked = path / "unpacked"
        unpack(package, unpacked)
        for name in (f"vmlinuz-{release}", f"config-{release}", f"System.map-{release}"):
            (unpacked / "boot" / name).rename(path / name)
        shutil.rmtree(unpacked)

    cache.get("image", release, make)


# ---- kernels built here ----

_RECIPES = {"debug": debug_kernel.RECIPE, "uml": uml_kernel.RECIPE}


def _recipe(flavor: KernelFlavor) -> from_source.Recipe:
    return _RECIPES[flavor.name]


def _configuration(flavor: KernelFlavor) -> str:
    return cache.key(_recipe(flavor).identity())[:12]


def _entries(flavor: KernelFlavor) -> Iterator[Path]:
    """The builds of today's configuration; names are VERSION-CONFIGURATION, the newest version last."""
    place = cache.directory() / f"{flavor.name}-kernel"
    found = place.glob(f"{flavor.series}.*-{_configuration(flavor)}") if place.is_dir() else iter(())
    yield from sorted(found, key=lambda path: [int(number) for number in re.findall(r"\d+", path.name[:20])])


def _built(flavor: KernelFlavor) -> Path:
    entries = list(_entries(flavor))
    if not entries:
        raise ProvisionError(f"the kernel of linux:{flavor.name} was not built yet:", missing(flavor))
    return entries[-1]


def _build(flavor: KernelFlavor, progress: Callable[[str], None]) -> None:
    assert flavor.source_package is not None
    kind, recipe = f"{flavor.name}-kernel", _recipe(flavor)
    with cache.lock(kind, "build"):
        if _has_image(flavor):  # another process was quicker
            return
        # The source's version is known only with the package, so it is fetched before the entry has a name.
        with cache.scratch(kind) as scratch:
            progress(f"fetching {flavor.source_package}")
            package = download(flavor.source_package, scratch)
            version = package.name.split("_")[1].split("-")[0]
            tree = from_source.unpack(package, scratch)
            package.unlink()
            progress(f"configuring {recipe.title}, {version}")
            kunit.keep(tree)
            from_source.patch(tree, recipe)
            from_source.configure(tree, recipe)
            from_source.build(tree, recipe, progress)
            with cache.entry(kind, f"{version}-{_configuration(flavor)}") as entry:
                from_source.keep(tree, recipe, entry)
            cache.prune(kind, f"{flavor.series}.", 2)


def _run(command: list[str], cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if done.returncode and os.strerror(errno.ENOSPC) in done.stderr:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(cwd or ""))  # one sentence, by the cache
    return done
