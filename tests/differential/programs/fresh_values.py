"""Values that nobody else holds, wherever an expression can stand."""

from __future__ import annotations

from collections.abc import Callable

from kmi import info


class Loud:
    def __init__(self, name: str, items: list[int] | None = None) -> None:
        self.name = name
        self.items = items or [1, 2]

    def __del__(self) -> None:
        info(f"~{self.name}")

    def __len__(self) -> int:
        return len(self.items)

    def __iter__(self) -> Walk:
        return Walk(self)

    def __getitem__(self, at: int) -> Loud:
        return Loud(f"{self.name}[{at}]", self.items[at:])

    def __contains__(self, n: int) -> bool:
        return n in self.items

    def __lt__(self, other: Loud) -> bool:
        return len(self.name) < len(other.name)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Loud) and self.name == other.name

    def __hash__(self) -> int:
        return len(self.name)

    def __add__(self, other: Loud) -> Loud:
        return Loud(self.name + other.name, self.items + other.items)

    def __iadd__(self, n: int) -> Loud:
        self.items.append(n)
        return self

    def __neg__(self) -> Loud:
        return Loud("-" + self.name)

    def __call__(self, n: int) -> Loud:
        return Loud(f"{self.name}({n})")

    def __str__(self) -> str:
        return f"<{self.name}>"

    def __repr__(self) -> str:
        return f"L{self.name}"

    @property
    def twin(self) -> Loud:
        return Loud(self.name + "'")

    def me(self) -> Loud:
        return self

    def tell(self, other: Loud | None = None) -> str:
        return self.name + (other.name if other else "")


class Walk:
    def __init__(self, loud: Loud) -> None:
        self.loud = loud
        self.at = 0

    def __iter__(self) -> Walk:
        return self

    def __next__(self) -> Loud:
        if self.at >= len(self.loud.items):
            raise StopIteration
        self.at += 1
        return Loud(f"{self.loud.name}.{self.at}")

    def __del__(self) -> None:
        info("walked")


def new(n: int) -> Loud:
    return Loud(f"n{n}")


def many(n: int) -> list[Loud]:
    return [new(k) for k in range(n)]


def table(n: int) -> dict[str, Loud]:
    return {f"k{k}": new(k) for k in range(n)}


def expressions(n: int) -> None:
    info(f"{new(1).twin.twin} {new(2).me().me().name} {new(3).tell(new(4))} {new(5).tell()}")
    info(f"{(new(1) + new(2) + -new(3)).name} {new(4)(5)(6)} {new(7)[0][1].name}")
    info(f"{new(1) == new(1)} {2 in new(1)} {new(1) is new(1)}")
    info(f"{many(3)[1].twin} {many(3)[1:][0]} {table(2)['k1'].twin.name} {table(3).get('k2', new(9))}")
    info(f"{len(many(2) + many(1))} {len(many(2) * 2)} {len([*many(1), *many(2)])}")
    info(f"{sorted(many(2), key=lambda loud: -len(loud.name))[0]} {min(many(2), key=len)}")
    info(f"{sum(len(x) for x in many(2))}")
    one = (new(1) if n else new(2)) if new(3).name else new(4)
    info(f"{one} {(one or new(5)).name} {(one and new(6)).twin}")
    if (found := new(7)).items and new(8).items[0] == 1:
        info(found.name)
    found = found.twin
    info("twin")
    pair = (new(1), new(2))
    (a, b), c = pair, new(3)
    pair = (c, a)
    info(f"{pair[0].twin} {(new(4), new(5))[1]} {b}")
    first, *rest = many(3)
    first, rest = rest[0], [first]
    info(f"{first} {len(rest)}")
    del a, b, c
    info("deleted")


def loops(n: int) -> None:
    for loud in new(1):
        info(f"in {loud}")
        for inner in loud.twin:
            if inner.name.endswith("2"):
                break
            info(f"inner {inner}")
    at = 0
    for loud in many(2):
        other = new(3)
        at += 1
        info(f"{at} {loud} {other}")
        if n == at:
            continue
        loud = other
    for key, value in table(2).items():
        info(f"{key} {value.twin}")
        value = new(50)
    for loud in reversed(many(2)):
        info(f"back {loud}")
    for loud in sorted(many(3), reverse=True):
        if loud.name == "n1":
            break
    info(f"{[x.twin.name for x in many(3) if x.twin.name != 'n1']} {[y for x in many(2) for y in x.items]}")
    info(f"{ {x.name: len(x.twin) for x in many(2)} } {sorted({x.name for x in new(6)})}")
    info(f"{','.join(x.name for x in many(2))} {any(x.twin.name == 'n0' for x in many(2))}")
    while (top := new(n)).name != "n3":
        n += 1
        info(f"while {top}")


def fails(n: int) -> Loud:
    if n == 2:
        raise ValueError(f"no {new(n).twin}")
    return new(n)


def keyword(a: Loud, *, b: Loud, c: Loud | None = None) -> Loud:
    info(f"{a} {b} {c.name if c is not None else '-'}")
    return c or b


def mistakes() -> None:
    for call in range(6):
        try:
            match call:
                case 0:
                    info(f"{fails(1) + fails(2)}")
                case 1:
                    info(f"{[fails(k) for k in range(4)]}")
                case 2:
                    info(f"{keyword(fails(1), b=fails(2), c=fails(3))}")
                case 3:
                    info(f"{ {fails(1): fails(3), fails(4): fails(2)} }")
                case 4:
                    many(1).append(fails(2))
                case 5:
                    table(2)["k5"] = fails(fails(3).items[1])
                case _:
                    info("never")
        except ValueError as error:
            info(f"{error}")
    info(keyword(new(1), b=new(2)).name)
    info(keyword(new(1), b=new(2), c=new(3)).twin.name)
    total = new(5)
    total += 3
    held = total
    held += 4
    info(f"{total.items} {held is total}")
    many(1)[0] += 5
    new(8).items[0] += 2
    new(9).items = [3]
    new(10).twin.items.append(4)
    box = [new(11)]
    box[0] += 6
    box[0] = box[0] + box[0].twin
    info(f"{box[0]} {box[0].items}")


def functions() -> None:
    make: Callable[[int], Loud] = new
    bound = new(1).me
    info(f"{make(2).twin} {bound()} {new(4).tell(make(5))}")
    bound = new(6).me
    info("bound")
    steps: list[Callable[[int], Loud]] = [new, lambda k: new(k).twin]
    for step in steps:
        info(f"{step(8)}")
    steps = steps[1:]
    info("steps")


def match_(n: int) -> str:
    match new(n):
        case Loud(name="n1") as loud:
            return loud.twin.name
        case Loud(items=[1, second]) if second == n:
            return new(second).name
        case Loud(items=[_, *rest], name=name) if len(new(3)) > 2:
            return name + str(rest)
        case loud:
            return loud.name + "!"


def main() -> None:
    for n in range(2):
        expressions(n)
        info("--")
        loops(n)
        info("--")
    mistakes()
    info("--")
    functions()
    info("--")
    for n in range(4):
        info(match_(n))
