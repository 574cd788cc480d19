"""kmi.h, compiled once with the sanitizers and asked by lines."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import kmi

PACKAGE = Path(kmi.__file__).parent
INCLUDES = [f"-I{PACKAGE / 'runtime'}", f"-I{PACKAGE / 'kernels/host'}"]
Ask = Callable[[list[str]], list[str]]


@pytest.fixture(scope="session")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Answers of kmi.h to questions, a line each."""
    program = tmp_path_factory.mktemp("header") / "header"
    source = Path(__file__).with_name("header.c")
    sanitizers = "-fsanitize=address,undefined", "-fno-sanitize-recover=all"
    flags = "-std=gnu11", "-O1", "-Wall", "-Wextra", "-Werror"
    subprocess.run(["gcc", *flags, *sanitizers, *INCLUDES, str(source), "-o", str(program)], check=True)

    def answers(questions: list[str]) -> list[str]:
        done = subprocess.run(
            [str(program)],
            input="\n".join(questions) + "\n",
            capture_output=True,
            encoding="utf-8",
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()

    return answers
