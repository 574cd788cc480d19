"""What an exception of an author's class carries, where the class has fields or methods.

    class Busy(OSError):                             class Busy(Carried):       the object
        def __init__(self, owner: int) -> None:          owner: int
            super().__init__(EBUSY, "in use")            …
            self.owner = owner

The exception itself stays a small value: its class, errno and message, and one count of such an object. The
object is fixed once it is made, and what it holds is.
"""


class Carried:
    """The base class of all such objects. kmi_carried.h states the layout, too."""

    kmi_said: str
    kmi_made_of: int
    kmi_number: int
