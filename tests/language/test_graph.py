"""The control-flow graph: which steps can follow which, on trees built by hand."""

from pathlib import Path

from kmi.language.checks.graph import Graph, Point
from kmi.language.source import Source, Span
from kmi.language.tree import (
    Assign,
    BoolLiteral,
    Break,
    Continue,
    Evaluate,
    ForRange,
    Function,
    Handler,
    If,
    IntLiteral,
    Local,
    Raise,
    Return,
    Statement,
    Try,
    While,
    With,
)
from kmi.language.types import INT, NONE

SOURCE = Source(Path("graph.py"), "x = 1\n", "graph")


def span(line: int) -> Span:
    return Span(SOURCE, line, 0, line, 1)


def step(line: int) -> Statement:
    return Evaluate(IntLiteral(line, span(line)), span(line))


def graph(*body: Statement) -> Graph:
    return Graph(Function("f", "graph", None, [], NONE, span(0), list(body)))


def name(point: Point) -> str:
    if point.leaves is not None:
        return f"leave {point.leaves.span.line}"
    return "end" if point.statement is None else str(point.statement.span.line)


def edges(made: Graph) -> set[str]:
    """All edges as ``1 -> 2``, and ``1 ~> 2`` for an exception."""
    found = {f"{name(point)} -> {name(after)}" for point in made.points for after in point.next}
    return found | {f"{name(point)} ~> {name(point.error)}" for point in made.points if point.error}


TRUE = BoolLiteral(True, span(0))
NUMBER = Local("n", INT, span(0))


def test_statements_follow_each_other() -> None:
    assert edges(graph(step(1), step(2))) == {"1 -> 2", "2 -> end"}


def test_an_if_goes_two_ways_and_a_return_to_the_end() -> None:
    made = graph(If(TRUE, [Return(None, span(2))], [step(3)], span(1)), step(4))
    assert edges(made) == {"1 -> 2", "1 -> 3", "2 -> end", "3 -> 4", "4 -> end"}


def test_a_while_goes_round_and_breaks_past_its_else() -> None:
    body: list[Statement] = [If(TRUE, [Break(span(3))], [Continue(span(4))], span(2))]
    made = graph(While(TRUE, body, [step(5)], span(1)), step(6))
    assert edges(made) == {
        "1 -> 2", "2 -> 3", "2 -> 4", "3 -> 6", "4 -> 1", "1 -> 5", "5 -> 6", "6 -> end",
    }  # fmt: skip


def test_a_for_writes_its_target_in_every_round() -> None:
    loop = ForRange(NUMBER, TRUE, TRUE, TRUE, [step(2)], [], span(1))
    made = graph(loop, step(3))
    assert edges(made) == {"1 -> 1", "1 -> 2", "2 -> 1", "1 -> 3", "3 -> end"}
    (writer,) = [point for point in made.points if point.writes is NUMBER]
    assert [name(after) for after in writer.next] == ["2"] and writer.expressions == ()


def test_exceptions_go_to_the_handlers_and_on() -> None:
    handler = Handler((), NUMBER, [step(3)], span(2))
    made = graph(Try([step(2)], [handler], [step(4)], [], span(1)), step(5))
    assert edges(made) == {"2 -> 4", "2 ~> 1", "1 -> 1", "1 -> 3", "3 -> 5", "4 -> 5", "5 -> end"}


def test_finally_runs_on_every_way_out_once_for_each() -> None:
    body: list[Statement] = [If(TRUE, [Return(None, span(3))], [], span(2))]
    made = graph(Try(body, [], [], [step(4)], span(1)), step(5))
    finals = [point for point in made.points if name(point) == "4"]
    assert sorted(name(point.next[0]) for point in finals) == ["1", "5", "end"]


def test_a_with_is_left_on_every_way_out() -> None:
    block = With(TRUE, NUMBER, [If(TRUE, [Raise(None, span(3))], [Return(None, span(4))], span(2))], span(1))
    made = graph(block, step(5))
    assert edges(made) >= {"1 -> 2", "3 ~> leave 1", "4 -> leave 1", "leave 1 -> end"}
    assert not any(name(point) == "5" for point in made.points), "every way out of the block is a jump"
    (enter,) = [point for point in made.points if point.writes is NUMBER]
    assert enter.error is None, "an exception of `__enter__` leaves nothing behind"


def test_a_break_out_of_a_with_leaves_it_first() -> None:
    block = With(TRUE, None, [Break(span(3))], span(2))
    made = graph(While(TRUE, [block], [], span(1)), step(4))
    (broken,) = [point for point in made.points if name(point) == "3"]
    assert [name(point) for point in broken.next] == ["leave 2"]
    assert [name(point) for point in broken.next[0].next] == ["4"]


def test_a_write_is_known_to_its_point() -> None:
    made = graph(Assign(NUMBER, TRUE, span(1)))
    assert made.entry.writes is NUMBER and made.entry.expressions == (TRUE,)
