"""`--programs`: how many the differential harness makes up. Their seeds come from the plugin's `--seed`."""

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("differential")
    group.addoption("--programs", type=int, default=2000, help="generated programs to compare with CPython")
