"""Division codes and the prefixes that they stand for."""


def significant_digits(code: str) -> str:
    """The prefix that a 12-digit code stands for: 330106000000 → 330106."""
    return next((code[:n] for n in (0, 2, 4, 6, 9) if not code[n:].strip("0")), code)
