"""f-strings in log calls, and str."""

from kmi import info, u8


def main() -> None:
    small: u8 = 200
    large = 9223372036854775807
    info(f"{small} {large} {-large} {small * 2} {large * 2}")
    info(f"{small:x} {small:#x} {small:08b} {small:5}| {small:<5}| {small:>6}| {small:^7}| {small:+}")
    info(f"{True} {small > 5} {small == 5}")
    name = "kernel"
    info(f"{name} {name!r} {'a%sb'} 100% {{braces}}")
    info(f"{len(name)} {name == 'kernel'} {name + '!'} {'ern' in name} {name[1:3]} {name[-1]}")
    accents = "Füße日本"
    info(f"{len(accents)} {accents[1]} {accents[2:5]} {accents.find('日')}")
    built = f"{name}-{small:04}-{accents}"
    info(f"{built} {len(built)}")
    data = b"it's\x00"
    info(f"{data!r} {name:>10}|")
    for letter in "abc":
        info(letter)
