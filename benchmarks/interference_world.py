"""A seeded county or province whose truth is known: honest people, and interference planted in it.

Honest people round some numbers, share habits, work in bursts, rush before the deadline, sit up
late, make unit slips both ways, and differ from each other in all of this.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from review.interference.observations import (
    DAY,
    HOUR,
    Contacts,
    Corrections,
    Decisions,
    Observations,
    Saves,
    Submitted,
    Values,
)

FIELDS = 24  # numbers of a form
CELLS = 40  # saved cells of a form
ALIKE = 3  # fields whose values repeat by nature (hours, days, shares)
DAYS = 60
LIMIT_FIELD = "G106-2/cod_out"
UNITS_OF_LIMIT = 100.0
UNITS_A_COUNTY = 400
REVIEWER = 1_000_000  # ids of reviewers begin here


@dataclass(frozen=True)
class Plan:
    """How many people do what, and how strongly (0 to 1); everybody else is honest."""

    signals: tuple[str, ...] = ()
    share: float = 0.05  # of the people of each planted kind
    strength: float = 1.0


@dataclass(frozen=True)
class World:
    """What was observed, and the subjects who really interfered, by signal."""

    observed: Observations
    guilty: dict[str, set[str]]


def world_make(units: int, plan: Plan, *, seed: int) -> World:
    """About so many units, one form each, 25 to 80 a person."""
    rng = np.random.default_rng(seed)
    people = max(24, units // 40)
    load = rng.lognormal(np.log(38), 0.35, people).astype(int) + 12
    load = np.maximum((load * units / load.sum()).astype(int), 10)
    person = np.repeat(np.arange(1, people + 1), load)
    cases = np.arange(1, len(person) + 1)
    reviewers = max(16, people // 3)
    guilty = {
        name: _chosen(rng, name, people, reviewers, plan.share)
        for name in plan.signals
        if name != "under_limit"
    }
    counties_in_all = max(2, units // UNITS_A_COUNTY)
    county = (person % counties_in_all).astype(np.int64) + 330_101
    culprits = {name: np.asarray(sorted(map(int, who))) for name, who in guilty.items()}

    def planted(name: str, keys: np.ndarray) -> np.ndarray:
        return np.isin(keys, culprits[name]) if name in culprits else np.zeros(len(keys), bool)

    values = _values(rng, cases, person, planted, plan.strength)
    if "under_limit" in plan.signals:
        counties = rng.choice(np.unique(county), size=max(1, counties_in_all // 8), replace=False)
        guilty["under_limit"] = {f"{c:06d}/cod_100" for c in counties}
        values = _hug(rng, values, np.isin(county[values.case - 1], counties), plan.strength)
    observed = Observations(
        values=values,
        saves=_saves(rng, cases, person, planted, plan.strength),
        submitted=_submitted(rng, cases, person, planted, plan.strength),
        corrections=Corrections(),
        contacts=Contacts(),
        decisions=_decisions(rng, cases, reviewers, planted, plan.strength),
        items=[f"G102/f{n}" for n in range(FIELDS)] + [LIMIT_FIELD],
        county={int(c): str(k) for c, k in zip(cases, county, strict=True)},
    )
    corrections, contacts = _corrections(rng, cases, person, reviewers, planted, plan.strength)
    return World(replace(observed, corrections=corrections, contacts=contacts), guilty)


def _chosen(rng, name: str, people: int, reviewers: int, share: float) -> set[str]:
    if name in {"after_contact", "fast_approval"}:
        number = max(1, round(reviewers * share))
        return {str(REVIEWER + n) for n in rng.choice(reviewers, number, replace=False)}
    number = max(1, round(people * share))
    return {str(n + 1) for n in rng.choice(people, number, replace=False)}


def _rounded(number: np.ndarray, digits: np.ndarray) -> np.ndarray:
    scale = 10.0 ** (np.floor(np.log10(np.maximum(number, 1e-9))) - digits + 1)
    return np.round(number / scale) * scale


def _values(rng, cases, person, planted, strength) -> Values:
    count = len(cases)
    level = rng.normal(5.5, 1.4, FIELDS)
    people = int(person.max()) + 1
    habit = rng.beta(4, 6, people)  # how often a person rounds
    area = rng.normal(0, 0.4, (people, FIELDS))
    size = rng.normal(0, 0.9, count)
    number = np.exp(
        level[None, :] + area[person] + size[:, None] + rng.normal(0, 1.2, (count, FIELDS))
    )
    for field in range(ALIKE):
        number[:, field] = rng.choice([300, 330, 365, 2400, 4800, 7200, 8760], count)
    rounds = rng.random((count, FIELDS)) < habit[person][:, None]
    rounds |= planted("round_numbers", person)[:, None] & (rng.random((count, FIELDS)) < strength)
    coarse = _rounded(number, rng.choice([1, 2, 2, 3], (count, FIELDS)))
    decimals = 10.0 ** rng.choice([0, 1, 2], (count, FIELDS))
    number = np.where(rounds, coarse, np.round(number * decimals) / decimals)
    number[:, :ALIKE] = np.round(number[:, :ALIKE])
    favourite = planted("last_digits", person)[:, None] & (
        rng.random((count, FIELDS)) < 0.5 * strength
    )
    number = np.where(favourite, np.floor(number / 10) * 10 + 7, number)
    made_up = planted("first_digits", person)[:, None] & (rng.random((count, FIELDS)) < strength)
    invented = rng.integers(3, 9, (count, FIELDS)) * 10.0 ** rng.integers(1, 4, (count, FIELDS))
    invented += np.round(rng.random((count, FIELDS)) * 9)
    number = np.where(made_up, invented, number)
    equal = planted("equal_values", person) & (rng.random(count) < 0.6 * strength)
    number[equal, ALIKE] = 1_234 + person[equal]
    copied = np.flatnonzero(planted("copies", person) & (rng.random(count) < 0.5 * strength))
    for row in copied:  # of the case of the same person before it
        if row and person[row - 1] == person[row]:
            some = rng.random(FIELDS) < 0.85
            number[row, some] = number[row - 1, some]
    filled = rng.random((count, FIELDS)) < 0.85
    row, field = np.nonzero(filled)
    flat = number[row, field]
    limited = np.exp(rng.normal(np.log(90), 0.5, count))
    limited = np.where(rng.random(count) < habit[person], np.round(limited, -1), np.round(limited))
    return Values(
        case=np.concatenate([cases[row], cases]),
        person=np.concatenate([person[row], person]),
        item=np.concatenate([field, np.full(count, FIELDS)]),
        number=np.concatenate([flat, limited]),
        last_digit=last_digits(np.concatenate([flat, limited])),
    )


def last_digits(number: np.ndarray) -> np.ndarray:
    """As typed with up to two decimals, noughts behind the point left out; -1 below 10."""
    hundredths = np.round(number * 100).astype(np.int64)
    digit = np.where(
        hundredths % 10, hundredths % 10, np.where(hundredths % 100, hundredths // 10 % 10, -2)
    )
    digit = np.where(digit == -2, hundredths // 100 % 10, digit)
    return np.where(number >= 10, digit, -1)


def _hug(rng, values: Values, here: np.ndarray, strength: float) -> Values:
    over = (values.item == FIELDS) & here & (values.number >= UNITS_OF_LIMIT)
    over &= (values.number < 1.6 * UNITS_OF_LIMIT) & (rng.random(len(here)) < 0.8 * strength)
    number = values.number.copy()
    number[over] = np.round(UNITS_OF_LIMIT * (1 - 0.08 * rng.random(int(over.sum()))) - 0.5)
    return replace(values, number=number)


def _saves(rng, cases, person, planted, strength) -> Saves:
    tempo = rng.lognormal(np.log(7), 0.35, int(person.max()) + 1)
    pace = tempo[person] * rng.lognormal(0, 0.2, len(cases))
    pace = np.where(planted("fast_typing", person), pace * (1 - strength) + 0.7 * strength, pace)
    gaps = pace[:, None] * rng.lognormal(0, 0.8, (len(cases), CELLS))
    breaks = rng.random(gaps.shape) < 0.03
    at = np.cumsum(np.where(breaks, 1_800, gaps), axis=1) + cases[:, None] * 100_000.0
    return Saves(
        case=np.repeat(cases, CELLS),
        person=np.repeat(person, CELLS),
        at=at.ravel(),
        cells=rng.choice([1, 1, 1, 2], at.size),
    )


def _submitted(rng, cases, person, planted, strength) -> Submitted:
    people = int(person.max()) + 1
    lateness = rng.beta(1.2, 14, people)
    rush = rng.beta(1.5, 12, people)
    working = [rng.choice(DAYS, max(8, DAYS // 3), replace=False) for _ in range(people)]
    day = np.asarray([rng.choice(working[p]) for p in person])
    # a person's day is late as a whole, or not
    late_day = rng.random((people, DAYS)) < lateness[:, None]
    night_owl = np.isin(np.arange(people), np.unique(person[planted("night_work", person)]))
    late_day |= night_owl[:, None] & (rng.random((people, DAYS)) < 0.7 * strength)
    late = late_day[person, day] & (rng.random(len(cases)) < 0.7)
    last = rng.random(len(cases)) < rush[person]
    last |= planted("last_day", person) & (rng.random(len(cases)) < 0.8 * strength)
    day = np.where(last, DAYS - 1, day)
    hour = np.where(late & ~last, rng.normal(23, 1.2, len(cases)), rng.normal(14, 2.6, len(cases)))
    local = day * DAY + np.clip(hour, 6.5, 27.5) * HOUR
    local = np.where(last, np.minimum(local, DAYS * DAY - 600), local)
    burst = planted("burst", person) & (rng.random(len(cases)) < 0.9 * strength)
    local = np.where(burst, 30 * DAY + 15 * HOUR + rng.random(len(cases)) * HOUR, local)
    return Submitted(
        case=cases, person=person, local=local, due=np.full(len(cases), float(DAYS * DAY))
    )


def _decisions(rng, cases, reviewers, planted, strength) -> Decisions:
    who = REVIEWER + rng.integers(0, reviewers, len(cases))
    tempo = rng.lognormal(np.log(80), 0.5, reviewers)[who - REVIEWER]
    seconds = tempo * rng.lognormal(0, 0.9, len(cases))
    hasty = planted("fast_approval", who) & (rng.random(len(cases)) < 0.8 * strength)
    seconds = np.where(hasty, rng.uniform(1, 4, len(cases)), seconds)
    return Decisions(
        case=cases,
        person=who,
        seconds=seconds,
        cells=rng.integers(20, 90, len(cases)),
    )


def _corrections(rng, cases, person, reviewers, planted, strength):
    people = int(person.max()) + 1
    returned = cases[rng.random(len(cases)) < 0.45]
    owner = person[returned - 1]
    above = REVIEWER + rng.integers(0, reviewers, len(returned))
    start = 1_000.0 + returned * 7.0
    down = rng.random(len(returned)) < 0.5 * (
        rng.beta(10, 10, people)[owner] + rng.beta(14, 14, reviewers)[above - REVIEWER]
    )
    pressed = planted("after_contact", above) | planted("only_downward", owner)
    down |= pressed & (rng.random(len(returned)) < strength)
    times = rng.integers(1, 5, len(returned))
    row = np.repeat(np.arange(len(returned)), times)
    before = rng.lognormal(5, 1.5, len(row))
    against = rng.random(len(row)) < 0.12  # a cell that goes the other way
    sign = np.where(down[row] ^ against, -1, 1)
    after = before * np.exp(sign * np.abs(rng.normal(0.6, 0.8, len(row))))
    contacts = Contacts(case=returned, person=above, at=start, until=start + 3 * DAY)
    corrections = Corrections(
        case=returned[row],
        person=owner[row],
        at=start[row] + HOUR * rng.uniform(0.5, 40, len(row)),
        before=before,
        after=after,
    )
    return corrections, contacts
