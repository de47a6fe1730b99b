"""Numbers that move one way after somebody from above has been in touch."""

from functools import partial

import numpy as np
from django.utils.translation import gettext_lazy as _

from review.interference.observations import DAY, Observations
from review.interference.signals.base import Fact, Signal, Tested, first_facts, rows_by, share
from review.interference.signals.directions import moves
from review.interference.statistics import Ints, excess_over_peers, ints

CONTACTS_AT_LEAST = 8
WINDOW = 14 * DAY


class AfterContact(Signal):
    """For each reviewer: of the cases that changed after a contact, how many went one way."""

    name = "after_contact"
    title = _("联系之后单向改数")
    explanation = _(
        "某人退回、提问或批注之后，被联系的普查表里数值改动的方向。每份表只看一次总方向，"
        "与其他联系人相比：大家有增有减，此人之后几乎只减（或只增）。"
    )
    honest_causes = _(
        "该片区同一类计量单位错误较多；被退回的表都是同一行业；按同一份核实依据更正。"
    )
    sentence = _(
        "%(contacts)s 次联系后有改动的普查表 %(cases)s 份，其中%(direction)s %(events)s 份（%(share)s），"
        "其他联系人为 %(peers)s"
    )

    def test(self, observed: Observations) -> list[Tested]:
        """Two-sided: the rarer of both directions, counted twice."""
        rows, direction = _answers(observed)
        seen = rows_by(observed.contacts.person[rows])
        asked = rows_by(observed.contacts.person)
        enough = [p for p, own in seen.items() if len(own) >= CONTACTS_AT_LEAST]
        if not enough:
            return []
        trials = ints([len(seen[p]) for p in enough])
        down = ints([int((direction[seen[p]] < 0).sum()) for p in enough])
        lowered, peers_down = excess_over_peers(down, trials)
        raised, peers_up = excess_over_peers(trials - down, trials)
        found = []
        for number, person in enumerate(enough):
            is_down = bool(lowered[number] <= raised[number])
            cases = int(trials[number])
            events = int(down[number]) if is_down else cases - int(down[number])
            own = rows[seen[person]]
            signs = direction[seen[person]]
            found.append(
                Tested(
                    subject=str(person),
                    chance=min(2 * float(min(lowered[number], raised[number])), 1.0),
                    size=cases,
                    figures={
                        "contacts": len(asked[person]),
                        "cases": cases,
                        "events": events,
                        "direction": "down" if is_down else "up",
                        "share": share(events, cases),
                        "peers": share((peers_down if is_down else peers_up).share, 1),
                    },
                    is_large=events >= 0.75 * cases,
                    facts=partial(_facts, observed, own, signs, -1 if is_down else 1),
                )
            )
        return found


def _answers(observed: Observations) -> tuple[Ints, Ints]:
    """Contacts that were followed by a change of numbers: row, and the direction of the whole."""
    case, _person, at, ratio = moves(observed.corrections)
    contacts = observed.contacts
    if not len(case) or not len(contacts.case):
        return ints(), ints()
    order = np.lexsort((at, case))
    at, signs = at[order], np.concatenate([[0.0], np.cumsum(np.sign(ratio[order]))])
    codes, place = np.unique(case[order], return_inverse=True)
    own = np.minimum(np.searchsorted(codes, contacts.case), len(codes) - 1)
    # rows of a case lie together and its times ascend, so that one number sorts both
    origin, span = float(at.min()) - 1, float(at.max() - at.min()) + 2
    line = place * span + (at - origin)
    until = np.minimum(contacts.until, contacts.at + WINDOW)
    low, high = (
        np.searchsorted(line, own * span + np.clip(time - origin, 0, span - 0.5), "right")
        for time in (contacts.at, until)
    )
    net = np.sign(signs[high] - signs[np.minimum(low, high)]).astype(np.int64)
    net[codes[own] != contacts.case] = 0
    rows = np.flatnonzero(net)
    # a case that one person contacted several times is one answer: the last contact counts
    pairs = np.stack([contacts.person[rows], contacts.case[rows]])[:, ::-1]
    _pairs, last = np.unique(pairs, axis=1, return_index=True)
    rows = np.sort(rows[len(rows) - 1 - last])
    return rows, net[rows]


def _facts(observed: Observations, rows: Ints, signs: Ints, wanted: int) -> list[Fact]:
    return first_facts(
        [
            Fact(int(observed.contacts.case[row]), {"at": float(observed.contacts.at[row])})
            for row, sign in zip(rows, signs, strict=True)
            if sign == wanted
        ]
    )
