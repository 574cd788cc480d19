"""KMI06xx, the ones of objects that end too early or too late."""

from kmi.language.codes.base import code

RESURRECTED = code(
    614,
    "object kept while it dies",
    """
    `__del__` runs when nothing refers to the object any more. If it stored `self` somewhere, the object would
    be used after its end. CPython revives such objects; kernels cannot afford to look.
    """,
    failing="""
        class Name:
            def __init__(self, text: str, names: list["Name"]) -> None:
                self.text = text
                self.names = names

            def __del__(self) -> None:
                self.names.append(self)
    """,
    fixed="""
        class Name:
            def __init__(self, text: str, texts: list[str]) -> None:
                self.text = text
                self.texts = texts

            def __del__(self) -> None:
                self.texts.append(self.text)
    """,
)


OWNER_REBOUND = code(
    615,
    "owner of a held lock let go",
    """
    A lock is a part of the object that owns it. While the lock is held, the name that leads to it keeps
    standing for that object: otherwise the object, and the lock with it, could die before it is given back.
    """,
    failing="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self) -> None:
                self.bytes = Mutex(bytearray())


        def clear() -> None:
            buffer = Buffer()
            with buffer.bytes as data:
                data.clear()
                buffer = Buffer()
    """,
    fixed="""
        from kmi.sync import Mutex


        class Buffer:
            def __init__(self) -> None:
                self.bytes = Mutex(bytearray())


        def clear() -> None:
            buffer = Buffer()
            with buffer.bytes as data:
                data.clear()
            buffer = Buffer()
    """,
)
