"""The module's object. What loads and unloads it is `module.py`."""


class Module:
    """The object that is a loaded module: one instance from load to unload."""

    def __init__(self) -> None:
        pass
