"""Random draws that anybody can repeat."""

from collections.abc import Iterable

from audit.hashing import sm3_hex


def draw_order(seed: str, codes: Iterable[str]) -> list[str]:
    """The codes in the order of the draw: by the SM3 of seed and code.

    The first n are a simple random sample of n, and a sample of more goes on where it ended.
    """
    return sorted(codes, key=lambda code: (sm3_hex(f"{seed}|{code}".encode()), code))
