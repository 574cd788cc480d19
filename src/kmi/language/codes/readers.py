"""KMI0620: what readers may not do."""

from kmi.language.codes.base import code

CHANGED_BY_READER = code(
    620,
    "change of what others read",
    """
    The readers of a `RwLock` hold it together: what one of them changed, the others would see half-way. What
    `read()` lends, and everything that it leads to, is only looked at; `write()` lends it to one alone.
    """,
    failing="""
        from kmi.sync import RwLock


        class Names:
            def __init__(self) -> None:
                self.of: list[str] = []
                self.asked: int = 0


        class Table:
            def __init__(self) -> None:
                self.names = RwLock(Names())

            def name(self, number: int) -> str:
                with self.names.read() as names:
                    names.asked += 1
                    return names.of[number]
    """,
    fixed="""
        from kmi.sync import RwLock


        class Names:
            def __init__(self) -> None:
                self.of: list[str] = []
                self.asked: int = 0


        class Table:
            def __init__(self) -> None:
                self.names = RwLock(Names())

            def name(self, number: int) -> str:
                with self.names.write() as names:
                    names.asked += 1
                    return names.of[number]
    """,
)

PUBLISHED_CHANGES = code(
    621,
    "published object that can change",
    """
    Readers of a `Published` look at its object without a lock, all at once. So it never changes: its fields
    are final, and hold nothing that changes in place. Who wants a change publishes another object.
    """,
    failing="""
        from kmi.rcu import Published


        class Limits:
            def __init__(self) -> None:
                self.most: int = 16


        class Device:
            def __init__(self) -> None:
                self.limits = Published(Limits())

            def double(self) -> None:
                with self.limits.read() as limits:
                    limits.most *= 2
    """,
    fixed="""
        from kmi.rcu import Published


        class Limits:
            def __init__(self, most: int) -> None:
                self.most = most


        class Device:
            def __init__(self) -> None:
                self.limits = Published(Limits(16))

            def double(self) -> None:
                with self.limits.read() as limits:
                    most = limits.most
                self.limits.replace(Limits(most * 2))
    """,
)

ALLOCATES_UNDER_RAW = code(
    711,
    "allocation or release under a raw spin lock",
    """
    A `RawSpinLock` spins on every kernel, also where other locks sleep: there is no allocator under it.
    Nothing is made there and no container grows; no object is let go, since it might be the last reference;
    and no lock is taken that is no raw one.
    """,
    failing="""
        from kmi.sync import RawSpinLock


        class Ring:
            def __init__(self) -> None:
                self.bytes = RawSpinLock(bytearray(16))

            def put(self, byte: int) -> None:
                with self.bytes as kept:
                    kept.append(byte)
    """,
    fixed="""
        from kmi.sync import RawSpinLock


        class Ring:
            def __init__(self) -> None:
                self.bytes = RawSpinLock(bytearray(16))

            def put(self, byte: int) -> None:
                with self.bytes as kept:
                    kept[0] = byte
    """,
)
