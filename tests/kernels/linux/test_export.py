"""An exported module builds without kmi, and is the module that kmi builds."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from kmi.cli.exits import Exit
from kmi.cli.main import main
from kmi.kernels.linux.provision import prepare as provision
from kmi.kernels.linux.provision.flavors import find
from kmi.kernels.linux.toolchain.export import export
from kmi.kernels.linux.toolchain.kbuild import BuildError, has_warning

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.mark.needs("linux:6.1", "sparse")
def test_builds_without_kmi_without_a_warning_and_runs(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    where = tmp_path / "echo-module"
    assert main(["build", str(EXAMPLES / "echo.py"), "--on", "linux:6.1", "--export", str(where)]) == Exit.OK
    text = "".join(file.read_text() for file in where.rglob("*") if file.is_file())
    assert str(Path(__file__).parents[3]) not in text and str(tmp_path) not in text
    headers = provision.headers(find("6.1"))
    done = subprocess.run(
        ["make", "-C", str(where), f"KDIR={headers}", "modules", "W=1", "C=2"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert not has_warning(done.stderr), done.stderr
    capfd.readouterr()
    script = "echo hello > /dev/echo; head -c 6 /dev/echo"
    assert main(["run", str(where / "echo.ko"), "--on", "linux:6.1", "--", script]) == Exit.OK
    assert capfd.readouterr().out == "hello\n"


@pytest.mark.needs("linux:6.12")
def test_dkms_knows_what_it_builds(tmp_path: Path) -> None:
    export(EXAMPLES / "minimal.py", find("6.12"), tmp_path)
    told = "PACKAGE_NAME PACKAGE_VERSION BUILT_MODULE_NAME BUILD_EXCLUSIVE_KERNEL".split()
    script = f". {tmp_path}/dkms.conf; printf '%s\\n' " + " ".join(f'"${{{name}[0]}}"' for name in told)
    said = subprocess.run(["bash", "-c", script], capture_output=True, text=True, check=True).stdout
    assert said.splitlines() == ["minimal", "0.1.0", "minimal", r"^6\.12\."]


@pytest.mark.needs("linux:6.1")
def test_the_same_file_gives_the_same_directory(tmp_path: Path) -> None:
    first, second = (export(EXAMPLES / "minimal.py", find("6.1"), tmp_path / name) for name in ("a", "b"))
    assert [file.read_bytes() for file in first] == [file.read_bytes() for file in second]


@pytest.mark.needs("linux:6.1")
def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "notes").touch()
    with pytest.raises(BuildError, match="has something in it already"):
        export(EXAMPLES / "minimal.py", find("6.1"), tmp_path)
