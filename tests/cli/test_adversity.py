"""What goes wrong around a module: a sentence, the line that mends it, the exit code, nothing broken."""

from __future__ import annotations

import errno
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest

from kmi import cache
from kmi.cli.exits import Exit
from kmi.cli.main import main
from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.provision.flavors import find
from kmi.kernels.linux.toolchain import build as linux_build
from kmi.kernels.linux.toolchain import replay

EXAMPLES = Path(__file__).parents[2] / "examples"
MINIMAL = str(EXAMPLES / "minimal.py")
COMMAND = [sys.executable, "-c", "import sys; from kmi.cli.main import main; sys.exit(main())"]


@pytest.fixture
def path_without(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A PATH with everything but QEMU."""
    tools = tmp_path / "tools"
    tools.mkdir()
    for directory in os.environ["PATH"].split(os.pathsep):
        for tool in Path(directory).iterdir() if Path(directory).is_dir() else ():
            if not tool.name.startswith("qemu-system") and not (tools / tool.name).is_symlink():
                (tools / tool.name).symlink_to(tool)
    monkeypatch.setenv("PATH", str(tools))


@pytest.mark.parametrize("command", [["run", MINIMAL], ["build", MINIMAL], ["test", str(EXAMPLES)]])
def test_headers_missing(
    command: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(provision, "SOURCES", tmp_path)
    monkeypatch.setenv("KMI_CACHE", str(tmp_path / "cache"))
    assert main([*command, "--on", "linux:6.1"]) == Exit.FAILED
    said = capfd.readouterr().err
    assert "linux:6.1 cannot run here: " in said and "Traceback" not in said
    missing = provision.missing(find("6.1"))
    assert missing and all(one.what in said and one.line in said for one in missing)
    assert any("headers" in one.what for one in missing)


@pytest.mark.usefixtures("path_without")
def test_no_qemu(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["run", MINIMAL, "--on", "linux:6.1"]) == Exit.FAILED
    said = capfd.readouterr().err
    assert "linux:6.1 cannot run here" in said
    assert re.search(r"apt-get install .*\bqemu-system-x86\b", said)


@pytest.mark.needs("linux:6.1", "linux:6.12")
def test_built_for_another_kernel(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    ko = tmp_path / "minimal.ko"
    assert main(["build", MINIMAL, "--on", "linux:6.1", "-o", str(ko)]) == Exit.OK
    assert main(["run", str(ko), "--on", "linux:6.1"]) == Exit.OK
    assert "[linux:6.1] minimal: hello, kernel (1 of 1)" in capfd.readouterr().err
    assert main(["run", str(ko), "--on", "linux:6.12"]) == Exit.NOT_COMPILED
    said = capfd.readouterr().err
    assert "minimal.ko was built for Linux 6.1." in said and "build it with --on linux:6.12" in said
    assert main(["run", str(ko)]) == Exit.USAGE


@pytest.mark.needs("linux:6.1")
def test_a_full_disk_leaves_the_cache_intact(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    module = tmp_path / "fresh.py"
    text = (EXAMPLES / "minimal.py").read_text()
    module.write_text(text.replace("hello, kernel", f"hello, {tmp_path.name}"))  # built by no run before
    arguments = ["build", str(module), "--on", "linux:6.1", "-o", str(tmp_path / "fresh.ko")]

    def full(source: Path, target: Path) -> None:
        Path(target).write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))

    with monkeypatch.context() as patch:
        patch.setattr(linux_build.shutil, "copyfile", full)
        assert main(arguments) == Exit.FAILED
        said = capfd.readouterr().err
        assert "is full; free some space there" in said and "export KMI_CACHE=" in said
    assert main(arguments) == Exit.OK
    assert (tmp_path / "fresh.ko").stat().st_size > 1000


@pytest.mark.needs("linux:6.1")
def test_a_full_disk_leaves_no_half_a_module(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "minimal.ko"
    output.write_bytes(b"from before")
    arguments = ["build", MINIMAL, "--on", "linux:6.1", "-o", str(output)]
    assert main(["build", MINIMAL, "--on", "linux:6.1", "-o", str(tmp_path / "first.ko")]) == Exit.OK

    def full(source: Path, target: Path) -> None:
        Path(target).write_bytes(b"half of it")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(target))

    monkeypatch.setattr(linux_build.shutil, "copyfile", full)
    assert main(arguments) == Exit.FAILED
    said = capfd.readouterr().err
    assert f"{output} cannot be written: No space left on device; choose another place with -o" in said
    assert output.read_bytes() == b"from before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["first.ko", "minimal.ko"]


@pytest.mark.needs("linux:6.1")
def test_a_compiler_without_room_is_no_mistake_of_kmi(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    module = tmp_path / "cramped.py"
    text = (EXAMPLES / "minimal.py").read_text()
    module.write_text(text.replace("hello, kernel", f"hello, {tmp_path.name}"))  # built by no run before
    arguments = ["build", str(module), "--on", "linux:6.1", "-o", str(tmp_path / "cramped.ko")]

    def full(*arguments: object) -> subprocess.CompletedProcess[str]:
        said = "{standard input}: Fatal error: can't write 8 bytes to section .text: No space left on device"
        return subprocess.CompletedProcess("cc", 1, said)

    with monkeypatch.context() as patch:
        patch.setattr(replay, "_run", full)
        assert main(arguments) == Exit.FAILED
        assert "kmi: the disk is full: the compiler could write no more in " in capfd.readouterr().err
    assert main(arguments) == Exit.OK


@pytest.mark.needs("linux:6.1")
def test_an_output_that_cannot_be(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    output = tmp_path / "nowhere" / "minimal.ko"
    assert main(["build", MINIMAL, "--on", "linux:6.1", "-o", str(output)]) == Exit.FAILED
    assert f"kmi: {output} cannot be written: No such file or directory;" in capfd.readouterr().err


@pytest.mark.needs("linux:6.1")
@pytest.mark.parametrize("stage", ["compiling", "building", "learning"])
def test_ctrl_c_while_building_leaves_the_cache_intact(tmp_path: Path, stage: str) -> None:
    output = tmp_path / "minimal.ko"
    arguments = [*COMMAND, "build", MINIMAL, "--on", "linux:6.1", "-o", str(output)]
    environment = {**os.environ, "KMI_CACHE": str(tmp_path / "cache")}
    _seed_cache(tmp_path / "cache", without="kbuild")
    with subprocess.Popen(arguments, env=environment, stdout=PIPE, stderr=PIPE, text=True) as run:
        assert run.stderr is not None
        assert any(stage in line for line in run.stderr)
        run.send_signal(signal.SIGINT)
        _, errors = run.communicate(timeout=60)
    assert run.returncode == Exit.INTERRUPTED, errors
    assert errors.rstrip().endswith("kmi: interrupted")
    assert not list(tmp_path.glob("*.ko")) and not list((tmp_path / "cache").glob("*/*.partial"))
    again = subprocess.run(arguments, env=environment, capture_output=True, text=True)
    assert again.returncode == Exit.OK, again.stderr
    assert output.stat().st_size > 1000


@pytest.mark.needs("linux:6.1")
def test_two_runs_at_once(tmp_path: Path) -> None:
    arguments = [*COMMAND, "run", MINIMAL, "--on", "linux:6.1", "--", "dmesg"]
    environment = {**os.environ, "KMI_CACHE": str(tmp_path / "cache")}
    _seed_cache(tmp_path / "cache")
    runs = [
        subprocess.Popen(arguments, env=environment, stdout=PIPE, stderr=PIPE, text=True) for _ in range(2)
    ]
    for run in runs:
        out, errors = run.communicate(timeout=120)
        assert run.returncode == Exit.OK, errors
        assert "minimal: hello, kernel (1 of 1)" in out


def _seed_cache(directory: Path, without: str = "") -> None:
    """A cache with what a kernel is, and without what two runs then both want to make."""
    for kind in {"image", "headers", "kbuild", "bindings", "agent"} - {without}:
        (directory / kind).mkdir(parents=True)
        if (cache.directory() / kind).is_dir():
            for entry in (cache.directory() / kind).iterdir():
                if not entry.name.startswith("."):
                    (directory / kind / entry.name).symlink_to(entry)
