# expect: KMI0201 at 10
"""名前 that are not there: carets stand under their characters."""

from kmi import Module, info, module


@module(license="GPL", description="日本語")
class Wide(Module):
    def __init__(self) -> None:
        info("日本語"); info(grüße)
