"""KMI05xx: unsafe code."""

from kmi.language.codes.base import code

NEEDS_UNSAFE = code(
    501,
    "unsafe form outside of an unsafe block",
    """
    Pointers, C structs and C functions can break any promise of the language, so each use stands in a block
    that says why it is sound.
    """,
    failing="""
        from kmi.unsafe import Pointer


        def first(data: Pointer[int]) -> int:
            return data[0]
    """,
    fixed="""
        from kmi.unsafe import Pointer, unsafe


        def first(data: Pointer[int]) -> int:
            with unsafe("the caller gives a valid pointer"):
                return data[0]
    """,
)

BAD_UNSAFE = code(
    502,
    "unsafe form used wrongly",
    """
    The forms of `kmi.unsafe` take what C can give them: an address needs a place, a cast goes between
    pointers, integers and objects.
    """,
    failing="""
        from kmi.unsafe import address_of, unsafe


        def where(number: int) -> bool:
            with unsafe("an example"):
                return address_of(number + 1) is None
    """,
    fixed="""
        from kmi.unsafe import address_of, unsafe


        def where(number: int) -> bool:
            with unsafe("an example"):
                return address_of(number) is None
    """,
)

NEEDS_REASON = code(
    503,
    "unsafe block without a reason",
    """
    `kmi audit` lists every unsafe block with its reason; a reader judges it by that.
    """,
    failing="""
        from kmi.unsafe import Pointer, unsafe


        def first(data: Pointer[int]) -> int:
            with unsafe(""):
                return data[0]
    """,
    fixed="""
        from kmi.unsafe import Pointer, unsafe


        def first(data: Pointer[int]) -> int:
            with unsafe("the caller gives a valid pointer"):
                return data[0]
    """,
)
