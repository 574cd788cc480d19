"""Parameters of every kind."""

from kmi import Module, Parameter, info, module


@module(license="GPL", description="parameters of every kind")
class Settings(Module):
    flag = Parameter(False, "a bool")
    number = Parameter(-5, "any int")
    bounded = Parameter(3, "an int within bounds", minimum=-2, maximum=1 << 40)
    text = Parameter("plain", "a str")

    def __init__(self) -> None:
        if self.flag:
            info("set: flag is set")
        info(f"set: number {self.number} bounded {self.bounded} text {self.text}")
