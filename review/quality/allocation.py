"""How a lot's sample is divided among its strata: proportionally, none forgotten."""

from collections.abc import Mapping


def allocate(
    sizes: Mapping[str, int], total: int, at_least: Mapping[str, int] | None = None
) -> dict[str, int]:
    """Stratum → how many to draw. Largest remainders, ties by name; never more than there are.

    Every stratum gets its minimum, one where `at_least` says nothing, so the sample may come out
    larger than `total`, by the minima alone.
    """
    wanted = at_least or {}
    minima = {name: min(size, max(0, wanted.get(name, 1))) for name, size in sizes.items()}
    room = {name: size - minima[name] for name, size in sizes.items()}
    rest = min(max(0, total - sum(minima.values())), sum(room.values()))
    everything = sum(room.values())
    if not everything or not rest:
        return minima
    quotas = {name: rest * room[name] / everything for name in sizes}
    found = {name: minima[name] + int(quotas[name]) for name in sizes}
    left = rest - sum(int(quota) for quota in quotas.values())
    by_remainder = sorted(sizes, key=lambda name: (int(quotas[name]) - quotas[name], name))
    for name in by_remainder:
        if not left:
            break
        if found[name] < sizes[name]:
            found[name] += 1
            left -= 1
    return found
