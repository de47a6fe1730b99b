"""What a clerk with a spreadsheet would do: one figure a person, and whoever is two deviations up."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from review.interference.observations import DAY, HOUR, Observations


def above(keys: np.ndarray, values: np.ndarray) -> set[str]:
    """Means of the values by key; keys more than two standard deviations above the mean of all."""
    found, place = np.unique(keys, return_inverse=True)
    means = np.bincount(place, values.astype(float)) / np.bincount(place)
    limit = means.mean() + 2 * means.std()
    return {str(key) for key, mean in zip(found, means, strict=True) if mean > limit}


def contacts(seen: Observations) -> set[str]:
    """Share of numbers that went down after a contact of this person."""
    who = dict(zip(seen.contacts.case.tolist(), seen.contacts.person.tolist(), strict=True))
    keys = np.asarray([who.get(case, 0) for case in seen.corrections.case.tolist()])
    return above(keys, seen.corrections.after < seen.corrections.before)


def downward(seen: Observations) -> set[str]:
    """Share of corrected numbers that went down."""
    return above(seen.corrections.person, seen.corrections.after < seen.corrections.before)


def repeated(seen: Observations) -> set[str]:
    """Share of a person's numbers that the person gave before in the same item."""
    values = seen.values
    key = np.stack([values.person, values.item, (values.number * 100).astype(np.int64)])
    _keys, first = np.unique(key, axis=1, return_index=True)
    again = np.ones(len(values.person), dtype=bool)
    again[first] = False
    return above(values.person, again)


def rounded(seen: Observations) -> set[str]:
    """Share of numbers that end in 0 or 5."""
    long = seen.values.last_digit >= 0
    return above(seen.values.person[long], np.isin(seen.values.last_digit[long], (0, 5)))


def sevens(seen: Observations) -> set[str]:
    """The greatest share of any one last digit but 0 and 5."""
    long = (seen.values.last_digit >= 0) & ~np.isin(seen.values.last_digit, (0, 5))
    return _most(seen.values.person[long], seen.values.last_digit[long])


def leading(seen: Observations) -> set[str]:
    """The greatest share of any one first digit."""
    positive = seen.values.number > 0
    number = seen.values.number[positive]
    digit = (number / 10 ** np.floor(np.log10(number))).astype(int)
    return _most(seen.values.person[positive], digit)


def _most(keys: np.ndarray, digits: np.ndarray) -> set[str]:
    found, place = np.unique(keys, return_inverse=True)
    counts = np.zeros((len(found), 10))
    np.add.at(counts, (place, digits), 1)
    return above(found, counts.max(axis=1) / counts.sum(axis=1))


def under(seen: Observations) -> set[str]:
    """Share of numbers just under the limit among those near it."""
    values = seen.values
    near = (values.item == len(seen.items) - 1) & (np.abs(values.number / 100 - 1) <= 0.1)
    keys = np.asarray([int(seen.county[int(case)]) for case in values.case[near]])
    return {f"{key}/cod_100" for key in above(keys, values.number[near] < 100)}


def night(seen: Observations) -> set[str]:
    """Share of submissions at night."""
    hour = (seen.submitted.local % DAY) // HOUR
    return above(seen.submitted.person, (hour >= 22) | (hour < 6))


def last_day(seen: Observations) -> set[str]:
    """Share of submissions in the last 24 hours."""
    return above(seen.submitted.person, seen.submitted.local >= seen.submitted.due - DAY)


def burst(seen: Observations) -> set[str]:
    """Submissions of the fullest hour of the clock."""
    hour = (seen.submitted.local // HOUR).astype(np.int64)
    found, place = np.unique(seen.submitted.person, return_inverse=True)
    fullest = [np.unique(hour[place == n], return_counts=True)[1].max() for n in range(len(found))]
    return above(found, np.asarray(fullest))


def typing(seen: Observations) -> set[str]:
    """Cells a second, from the mean gap between saves."""
    saves = seen.saves
    same = saves.case[1:] == saves.case[:-1]
    gap = (saves.at[1:] - saves.at[:-1])[same]
    short = gap <= 300
    return above(saves.person[1:][same][short], -gap[short])


def approving(seen: Observations) -> set[str]:
    """Mean seconds of an approval, turned over."""
    return above(seen.decisions.person, -seen.decisions.seconds)


BASELINES: dict[str, Callable[[Observations], set[str]]] = {
    "after_contact": contacts,
    "only_downward": downward,
    "equal_values": repeated,
    "copies": repeated,
    "round_numbers": rounded,
    "last_digits": sevens,
    "first_digits": leading,
    "under_limit": under,
    "night_work": night,
    "last_day": last_day,
    "burst": burst,
    "fast_typing": typing,
    "fast_approval": approving,
}
