"""Campaigns: they end in time, save what differs so that it runs again, and say so."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from kmi.testing.differential import __main__ as command
from kmi.testing.differential import campaign
from kmi.testing.differential.campaign import BATCH, Found, first_seed, replay, run

AGREES = "from kmi import info\n\n\ndef main_p() -> None:\n    info('fine')\n"


@pytest.fixture(autouse=True)
def threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work that a test defines cannot go to another process."""
    monkeypatch.setattr(campaign, "ProcessPoolExecutor", lambda jobs, **_: ThreadPoolExecutor(jobs))


def test_a_campaign_goes_through_its_seeds_and_saves_two_of_a_kind(tmp_path: Path) -> None:
    firsts: list[int] = []
    said: list[str] = []

    def work(first: int, known: frozenset[str]) -> list[Found]:
        firsts.append(first)
        if len(firsts) == 5:
            ended.append(True)
        kind = "crash" if len(firsts) == 2 else "a value"
        return [Found(first, kind, f"text {first}", f"# {first}\n")]

    ended: list[bool] = []
    clock = iter(range(0, 100))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(campaign.time, "monotonic", lambda: 100.0 if ended else 0.001 * next(clock))
        done = run(7, 1, 1, tmp_path, said.append, work)
    assert firsts == [first_seed(7) + BATCH * k for k in range(5)]
    assert done.programs == 5 * BATCH and done.kinds == {"a value": 4, "crash": 1}
    assert [path.name for path in done.saved] == [f"p{firsts[k]}.py" for k in (0, 1, 2)]
    assert done.saved[0].read_text() == f"# {firsts[0]}\n"
    assert "text" in (tmp_path / f"p{firsts[0]}.txt").read_text()
    assert f"p{firsts[1]} differs: crash" in said


def test_an_exception_of_the_harness_is_a_finding(tmp_path: Path) -> None:
    def work(first: int, known: frozenset[str]) -> list[Found]:
        raise TimeoutError("longer than that")

    done = run(1, 0.0001, 1, tmp_path, lambda line: None, work)
    assert set(done.kinds) == {"the harness: TimeoutError"}
    assert "longer than that" in next(tmp_path.glob("*.txt")).read_text()


@pytest.mark.needs("gcc")
def test_a_saved_program_runs_again(tmp_path: Path) -> None:
    path = tmp_path / "p.py"
    path.write_text(AGREES)
    said: list[str] = []
    assert not replay(path, said.append) and said == []
    path.write_text(AGREES.replace("'fine'", "unknown"))
    assert replay(path, said.append) and "unknown" in said[0]
    assert command.main([str(path)]) == 1
