"""How many programs the differential harness makes up, and from which seed."""

import shutil

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("differential")
    group.addoption("--programs", type=int, default=500, help="generated programs to compare with CPython")
    group.addoption("--seed", type=int, default=0, help="the first program's seed")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if shutil.which("gcc") is None:
        for item in items:
            if "differential" in item.path.parts:
                item.add_marker(pytest.mark.skip(reason="no C compiler: apt install gcc"))
