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
