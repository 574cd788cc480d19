"""What is known where ways meet, and what ends it."""

from pathlib import Path

from kmi.language.bodies.flow import Flow, join
from kmi.language.source import Source, Span
from kmi.language.tree import Field, Local
from kmi.language.types import BOOL, INT, OptionalType

SPAN = Span(Source(Path("x.py"), "", "x"), 1, 0, 1, 0)


def local(name: str) -> Local:
    return Local(name, OptionalType(INT), SPAN)


def test_where_ways_meet_only_what_all_know_survives() -> None:
    first, second = local("first"), local("second")
    left, right = Flow({first, second}), Flow({first})
    left.narrow((first,), INT)
    right.narrow((first,), INT)
    left.narrow((second,), INT)
    met = join([left, right])
    assert met.assigned == {first}
    assert met.types == {(first,): (INT, False)}


def test_a_narrower_type_on_one_way_only_is_forgotten() -> None:
    value = local("value")
    left, right = Flow({value}), Flow({value})
    left.narrow((value,), INT)
    right.narrow((value,), BOOL)
    assert join([left, right]).types == {}


def test_what_is_stale_on_one_way_is_stale_after() -> None:
    value, changing = local("value"), Field("changing", OptionalType(INT), SPAN)
    left, right = Flow({value}), Flow({value})
    for flow in (left, right):
        flow.narrow((value, changing), INT)
    right.disturb()
    assert join([left, right]).types[(value, changing)] == (INT, True)


def test_a_way_that_does_not_come_here_says_nothing() -> None:
    value = local("value")
    alive = Flow({value})
    alive.narrow((value,), INT)
    assert join([alive, Flow(dead=True)]).types == {(value,): (INT, False)}
    assert join([Flow(dead=True), Flow(dead=True)]).dead
    assert join([]).dead


def test_a_call_disturbs_only_fields_that_change() -> None:
    value = local("value")
    changing = Field("changing", OptionalType(INT), SPAN)
    final = Field("final", OptionalType(INT), SPAN, final=True)
    flow = Flow({value})
    for path in ((value,), (value, final), (value, changing), (value, changing, final)):
        flow.narrow(path, INT)
    flow.disturb()
    assert {path: stale for path, (_, stale) in flow.types.items()} == {
        (value,): False,
        (value, final): False,
        (value, changing): True,
        (value, changing, final): True,
    }


def test_an_assignment_ends_what_was_known_behind_it() -> None:
    value, other = local("value"), local("other")
    final = Field("final", OptionalType(INT), SPAN, final=True)
    flow = Flow({value, other})
    flow.narrow((value, final), INT)
    flow.narrow((other, final), INT)
    flow.forget((value,))
    assert set(flow.types) == {(other, final)}


def test_a_store_through_one_path_makes_others_of_that_field_stale() -> None:
    value, other = local("value"), local("other")
    field = Field("field", OptionalType(INT), SPAN)
    flow = Flow({value, other})
    flow.narrow((other, field), INT)
    flow.forget_field(field)
    assert flow.types[(other, field)] == (INT, True)
