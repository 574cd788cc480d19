"""Patterns of ``match``: each a test of a value, and what it makes known and binds.

    case Point(x=0, y=n):      isinstance(value, Point) and do(x_1 = value.x; y_1 = value.y; x_1 == 0)
                               binds n to y_1

Invariant: as in CPython, a part is looked at only where what is around it matched, and once; names get their
values only where the whole pattern matched.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from kmi.language import codes, tree
from kmi.language.bodies import (
    attributes,
    calls,
    comparisons,
    conditions,
    displays,
    expressions,
    sources,
)
from kmi.language.bodies.body import Body
from kmi.language.bodies.convert import coerce, join_types
from kmi.language.bodies.flow import Path
from kmi.language.declarations import members
from kmi.language.declarations.scope import ClassInfo, Form
from kmi.language.relations import POISON, describe, is_int, place_type
from kmi.language.source import Span
from kmi.language.types import (
    BOOL,
    EXACT,
    INT,
    BoolType,
    ClassType,
    IntType,
    NoneType,
    OptionalType,
    TupleType,
    Type,
    UnionType,
)

NEVER_SEQUENCES = ("str", "bytes", "bytearray")
"""Built-in classes with items that CPython does not take for sequences here."""


@dataclass(slots=True)
class Bind:
    """A name and the value that it gets."""

    node: ast.AST
    name: str
    value: tree.Expression


@dataclass(slots=True)
class Match:
    """What a pattern is: a test (None: it always matches), names, and what is known where it matched."""

    test: tree.Expression | None = None
    binds: list[Bind] = field(default_factory=list)
    kind: Type | None = None
    """The type of the value where it matched, if that is narrower."""
    rest: Type | None = None
    """Its type where it did not match, if that is narrower."""
    exhausts: bool = False
    """Nothing that the value can be is left after it."""
    sure: bool = False
    """The test always holds: it only stores parts."""
    held: list[tree.Local] = field(default_factory=list)

    @property
    def plain(self) -> bool:
        """Whether it matches every value of its type."""
        return self.test is None or self.sure


def pattern(body: Body, node: ast.pattern, value: tree.Expression, path: Path | None) -> Match | None:
    """A pattern for a value that can be read more than once; None, and an error, for a wrong one."""
    span = body.span(node)
    match node:
        case ast.MatchValue(value=wanted):
            return _value(body, wanted, value, span)
        case ast.MatchSingleton(value=None):
            return _none(body, value, span)
        case ast.MatchSingleton(value=bool() as flag):
            if not isinstance(value.type, BoolType):
                return _wrong(body, node, f"this is `{describe(value.type)}` and never `{flag}`")
            return Match(value if flag else tree.Not(value, span))
        case ast.MatchAs(pattern=None, name=name):
            found = Match()
            if name is not None:
                found.binds.append(Bind(node, name, value))
            found.exhausts = True
            return found
        case ast.MatchAs(pattern=ast.pattern() as inner, name=str() as name):
            matched = pattern(body, inner, value, path)
            if matched is not None:
                kind = matched.kind
                seen = tree.Narrow(value, span, kind) if kind is not None and kind != value.type else value
                matched.binds.append(Bind(node, name, seen))
            return matched
        case ast.MatchOr(patterns=alternatives):
            return _or(body, node, alternatives, value, path)
        case ast.MatchClass():
            return _class(body, node, value)
        case ast.MatchSequence(patterns=parts):
            return _sequence(body, node, parts, value)
        case ast.MatchMapping():
            return _wrong(
                body, node, "a pattern of a dict is not in kernel Python", "value = items.get(key)", True
            )
        case _:
            return _wrong(body, node, "this pattern is not in kernel Python", "use `if` and `elif`", True)


def _wrong(
    body: Body, node: ast.AST, message: str, help: str | None = None, lacks: bool = False
) -> Match | None:
    code = codes.UNSUPPORTED if lacks else codes.BAD_OPERANDS
    body.error(code, node, message, help=help or "leave this case out")
    return None


def _value(body: Body, wanted: ast.expr, value: tree.Expression, span: Span) -> Match | None:
    expected = value.type.inner if isinstance(value.type, OptionalType) else value.type
    other = expressions.expression(body, wanted, expected if not is_int(expected) else None)
    test = comparisons.compare_values(body, span, value, ast.Eq(), other)
    if test.type is POISON:
        return None
    kind = value.type.inner if isinstance(value.type, OptionalType) else None
    return Match(test, kind=kind)


def _none(body: Body, value: tree.Expression, span: Span) -> Match | None:
    match value.type:
        case OptionalType(inner=inner):
            return Match(tree.IsNone(value, span), rest=inner)
        case NoneType():
            return Match(exhausts=True)
        case kind:
            return _wrong(body, span_node(span), f"this is `{describe(kind)}` and never `None`")


def span_node(span: Span) -> ast.AST:
    """A node at a place, to report something there."""
    start = span.source.lines[span.line - 1][: span.column]
    end = span.source.lines[span.end_line - 1][: span.end_column]
    return ast.Constant(
        None,
        lineno=span.line,
        col_offset=len(start.encode()),
        end_lineno=span.end_line,
        end_col_offset=len(end.encode()),
    )


def both(body: Body, left: tree.Expression | None, right: tree.Expression | None) -> tree.Expression | None:
    """``left and right``; None is what always holds."""
    if left is None or right is None:
        return left if right is None else right
    return tree.Logical("and", left, right, left.span, BOOL)


def hold(
    body: Body, values: list[tree.Expression], span: Span
) -> tuple[tree.Expression | None, list[tree.Local]]:
    """Parts that are read once: a test that stores them and holds, and where they are."""
    held = [sources.fluid(body, _kept(value.type), value.span, "part") for value in values]
    if not held:
        return None, []
    stored: list[tree.Statement] = [
        tree.Assign(local, value if local.type == value.type else coerce(body, value, local.type, span), span)
        for local, value in zip(held, values, strict=True)
    ]
    return tree.Do(stored, tree.BoolLiteral(True, span), span, BOOL), held


def _kept(kind: Type) -> Type:
    return kind if kind == EXACT else place_type(kind)


def _or(
    body: Body, node: ast.pattern, alternatives: list[ast.pattern], value: tree.Expression, path: Path | None
) -> Match | None:
    span = body.span(node)
    found = [pattern(body, each, value, path) for each in alternatives]
    matches = [each for each in found if each is not None]
    if len(matches) != len(found):
        return None
    result = Match(held=[local for each in matches for local in each.held])
    kinds: dict[str, Type] = {}
    for each in matches:
        for bind in each.binds:
            kind: Type | None = _kept(bind.value.type)
            if bind.name in kinds and kind is not None:
                kind = join_types(body, kinds[bind.name], kind)
            if kind is None:
                return _wrong(
                    body, node, f"`{bind.name}` has one type in one alternative and another in the other",
                    "write a case for each",
                )  # fmt: skip
            kinds[bind.name] = kind
    places = {name: sources.fluid(body, kind, span, name) for name, kind in kinds.items()}
    tests: list[tree.Expression | None] = []
    for each in matches:
        stored: list[tree.Statement] = [
            tree.Assign(places[b.name], coerce(body, b.value, places[b.name].type, b.node), span)
            for b in each.binds
        ]
        last = tree.Do(stored, tree.BoolLiteral(True, span), span, BOOL) if stored else None
        tests.append(both(body, each.test, last))
    for test in tests:
        if test is None:
            result.test = None
            result.exhausts = True
            break
        result.test = test if result.test is None else tree.Logical("or", result.test, test, span, BOOL)
    nodes = {bind.name: bind.node for bind in matches[0].binds}
    result.binds = [Bind(nodes[name], name, sources.get(local, span)) for name, local in places.items()]
    result.held += places.values()
    known = [each.kind or value.type for each in matches]
    if all(kind == known[0] for kind in known) and known[0] != value.type:
        result.kind = known[0]
    elif isinstance(value.type, UnionType) and all(isinstance(kind, ClassType) for kind in known):
        chosen = tuple(one for one in value.type.members if one in known)
        result.kind = UnionType(chosen) if len(chosen) > 1 else None
    left: Type | None = value.type
    for each in matches:
        if each.exhausts:
            result.exhausts = True
        left = _left(left, value.type, each)
    if left is None:
        result.exhausts = True
    elif left != value.type:
        result.rest = left
    return result


def _left(left: Type | None, whole: Type, match: Match) -> Type | None:
    """What is left of a type after one more alternative, each of which was seen for the whole."""
    if left is None or match.exhausts:
        return None
    if isinstance(left, UnionType) and isinstance(whole, UnionType) and match.rest is not None:
        kept = match.rest.members if isinstance(match.rest, UnionType) else (match.rest,)
        members_ = tuple(one for one in left.members if one in kept)
        if not members_:
            return None
        return members_[0] if len(members_) == 1 else UnionType(members_)
    if isinstance(left, ClassType) and match.rest is not None and isinstance(whole, UnionType):
        kept = match.rest.members if isinstance(match.rest, UnionType) else (match.rest,)
        return left if left in kept else None
    return match.rest if left == whole and match.rest is not None else left


# --- classes ------------------------------------------------------------------------------------------------


def _class(body: Body, node: ast.MatchClass, value: tree.Expression) -> Match | None:
    span = body.span(node)
    entity = expressions.entity_of(body, node.cls)
    parts: list[ast.pattern]
    match entity:
        case Form(name="builtins.int" | "builtins.bool"):
            kind: Type = INT if entity.name == "builtins.int" else BOOL
            return _builtin(body, node, value, kind)
        case ClassInfo(definition=definition) if definition.module.startswith("kmi.runtime.") and (
            not definition.exception
        ):
            return _builtin(body, node, value, ClassType(definition))
        case ClassInfo(enum=None) if not entity.definition.protocol:
            pass
        case None if isinstance(node.cls, ast.Name):
            expressions.unknown_name(body, node.cls, node.cls.id)
            return None
        case _:
            return _wrong(body, node.cls, f"`{ast.unparse(node.cls)}` is not a class of objects")
    definition = entity.definition
    if value.type is POISON:
        return None
    kind_ = conditions.instance_type(value.type, definition)
    if kind_ is None:
        return _wrong(
            body, node, f"this is `{describe(value.type)}` and never a `{definition.name}`"
        )
    always = isinstance(value.type, ClassType) and value.type.definition.derives_from(definition)
    test: tree.Expression | None = None if always else tree.IsInstance(value, definition, span)
    seen = value if always else tree.Narrow(value, span, kind_)
    attributes_ = _attributes(body, node, entity)
    if attributes_ is None:
        return None
    parts = [*node.patterns, *node.kwd_patterns]
    values: list[tree.Expression] = []
    for name, part in zip(attributes_, parts, strict=True):
        read = ast.copy_location(ast.Attribute(node.cls, name, ast.Load()), part)
        values.append(attributes.value_attribute(body, read, seen, name))
    if any(each.type is POISON for each in values):
        return None
    result = _parts(body, parts, values, span)
    if result is None:
        return None
    plain = result.plain
    result.test = both(body, test, result.test)
    result.kind = kind_ if kind_ != value.type else None
    result.exhausts = result.sure = plain and always
    if plain and not always:
        result.rest = conditions.without(value.type, [definition])
        if result.rest is None and isinstance(value.type, UnionType):
            result.exhausts = True
    return result


def _attributes(body: Body, node: ast.MatchClass, info: ClassInfo) -> list[str] | None:
    """The attribute for each sub-pattern: by position, as ``__match_args__`` says, then by name."""
    given: list[str] = []
    if node.patterns:
        for definition in info.definition.ancestors():
            owner = body.world.classes[definition]
            match owner.constants.get("__match_args__"):
                case ast.Tuple(elts=elements):
                    given = [str(each.value) for each in elements if isinstance(each, ast.Constant)]
                    break
                case _:
                    pass
        if not given and info.dataclass:
            given = [entry.name for _, entry in members.all_fields(body.world, info)]
        if len(given) < len(node.patterns):
            name = info.definition.name
            help = f"name the attributes: `{name}(name={ast.unparse(node.patterns[0])})`"
            accepts = f"takes {len(given)} positional pattern{'s' * (len(given) != 1)}"
            _wrong(body, node, f"`{name}` {accepts}, not {len(node.patterns)}", help)
            return None
    return [*given[: len(node.patterns)], *node.kwd_attrs]


def _builtin(body: Body, node: ast.MatchClass, value: tree.Expression, kind: Type) -> Match | None:
    """``int()``, ``str(name)``: the one sub-pattern is for the value itself."""
    span = body.span(node)
    if node.kwd_attrs or len(node.patterns) > 1:
        return _wrong(body, node, f"`{kind}` takes one pattern, for the value itself")
    inner = value.type.inner if isinstance(value.type, OptionalType) else value.type

    def fits(one: Type) -> bool:
        if isinstance(kind, ClassType):
            return isinstance(one, ClassType) and one.definition is kind.definition
        if kind == INT:
            return isinstance(one, IntType | BoolType)
        return one == kind

    test: tree.Expression | None = None
    rest: Type | None = None
    seen = value
    if fits(inner):
        if isinstance(value.type, OptionalType):
            test = tree.Not(tree.IsNone(value, span), span)
            seen = tree.Narrow(value, span, inner)
    elif isinstance(inner, UnionType) and isinstance(kind, ClassType) and any(map(fits, inner.members)):
        chosen = next(one for one in inner.members if fits(one))
        test = tree.IsInstance(value, kind.definition, span)
        seen = tree.Narrow(value, span, chosen)
        rest = conditions.without(inner, [kind.definition])
    else:
        return _wrong(body, node, f"this is `{describe(value.type)}` and never `{kind}`")
    result: Match | None = Match()
    if node.patterns:
        result = pattern(body, node.patterns[0], seen, None)
    if result is None:
        return None
    plain = result.plain
    result.test = both(body, test, result.test)
    result.exhausts = result.sure = plain and test is None
    result.kind = result.kind or (seen.type if seen is not value else None)
    result.rest = rest if plain else None
    return result


def _parts(
    body: Body, parts: list[ast.pattern], values: list[tree.Expression], span: Span
) -> Match | None:
    """Sub-patterns for values that are read, all of them, first."""
    stored, held = hold(body, values, span)
    result = Match(held=list(held))
    test: tree.Expression | None = None
    result.sure = True
    for part, local in zip(parts, held, strict=True):
        inner = pattern(body, part, sources.get(local, span), None)
        if inner is None:
            return None
        result.sure = result.sure and inner.plain
        test = both(body, test, inner.test)
        result.binds += inner.binds
        result.held += inner.held
    result.test = test
    if test is not None or result.binds:
        result.test = both(body, stored, test)
    return result


# --- sequences ----------------------------------------------------------------------------------------------


def _sequence(
    body: Body, node: ast.pattern, parts: list[ast.pattern], value: tree.Expression
) -> Match | None:
    span = body.span(node)
    kind = value.type
    if isinstance(kind, OptionalType):
        inner = _sequence(body, node, parts, tree.Narrow(value, span, kind.inner))
        if inner is not None:
            inner.test = both(body, tree.Not(tree.IsNone(value, span), span), inner.test)
            inner.kind, inner.exhausts, inner.sure = kind.inner, False, False
        return inner
    star = next((at for at, part in enumerate(parts) if isinstance(part, ast.MatchStar)), None)
    match kind:
        case TupleType(items=kinds):
            return _tuple(body, node, parts, star, value, kinds)
        case ClassType() if not any(body.world.is_builtin(kind, name) for name in NEVER_SEQUENCES):
            if members.find_method(body.world, kind, "__getitem__") is not None:
                if body.world.is_builtin(kind, "list") or body.world.is_builtin(kind, "deque"):
                    return _list(body, node, parts, star, value)
        case _:
            pass
    return _wrong(body, node, f"this is `{describe(kind)}` and never matches a sequence")


def _tuple(
    body: Body,
    node: ast.pattern,
    parts: list[ast.pattern],
    star: int | None,
    value: tree.Expression,
    kinds: tuple[Type, ...],
) -> Match | None:
    span = body.span(node)
    fixed = len(parts) - (star is not None)
    if len(kinds) < fixed or (star is None and len(kinds) != fixed):
        return _wrong(body, node, f"this tuple has {len(kinds)} items, and the pattern {fixed}")
    items: list[tree.Expression] = [tree.TupleGet(value, at, span, each) for at, each in enumerate(kinds)]
    rest: tree.Expression | None = None
    plain = parts
    if star is not None:
        behind = len(parts) - star - 1
        middle = items[star : len(items) - behind]
        plain = [*parts[:star], *parts[star + 1 :]]
        items = [*items[:star], *items[len(items) - behind :]]
        starred = parts[star]
        assert isinstance(starred, ast.MatchStar)
        if starred.name is not None:
            rest = displays.listed(body, middle, span_node(span))
            if rest is None:
                return None
    result = _parts(body, plain, items, span)
    if result is None:
        return None
    result.exhausts = result.plain
    if rest is not None and star is not None:
        _bind_rest(body, parts[star], rest, result, span)
    return result


def _list(
    body: Body, node: ast.pattern, parts: list[ast.pattern], star: int | None, value: tree.Expression
) -> Match | None:
    span = body.span(node)
    fixed = len(parts) - (star is not None)
    length = calls.method_call(body, value, "__len__", [], span)
    operator = "==" if star is None else ">="
    test: tree.Expression = tree.Compare(operator, length, tree.IntLiteral(fixed, span), span)

    def item(at: int) -> tree.Expression:
        return calls.method_call(body, value, "__getitem__", [sources.number(at, span)], span)

    before = list(range(len(parts) if star is None else star))
    behind = [] if star is None else list(range(star - len(parts) + 1, 0))
    plain = parts if star is None else [*parts[:star], *parts[star + 1 :]]
    result = _parts(body, plain, [item(at) for at in (*before, *behind)], span)
    if result is None:
        return None
    result.test, result.sure = both(body, test, result.test), False
    if star is not None:
        starred = parts[star]
        assert isinstance(starred, ast.MatchStar)
        if starred.name is not None:
            stop: tree.Expression = sources.number(attributes.LAST, span)
            if behind:
                stop = sources.number(behind[0], span)
            rest = calls.method_call(body, value, "__slice__", [sources.number(star, span), stop], span)
            if rest.type is POISON:
                return None
            _bind_rest(body, starred, rest, result, span)
    return result


def _bind_rest(body: Body, star: ast.pattern, rest: tree.Expression, result: Match, span: Span) -> None:
    assert isinstance(star, ast.MatchStar)
    if star.name is not None:
        stored, held = hold(body, [rest], span)
        result.test = both(body, result.test, stored)
        result.held += held
        result.binds.append(Bind(star, star.name, sources.get(held[0], span)))


__all__ = ["Bind", "Match", "both", "pattern", "span_node"]
