"""Rates of error from a stratified sample of forms, with the interval that such a sample allows.

差错率 is wrong items ÷ checked items, key items (关键指标) apart (quality-control rules of the census).
A form is a cluster of items and strata are drawn with different chances, so the interval is that of
Korn and Graubard (1998): the exact binomial interval of Clopper and Pearson at the effective number of
items, which follows from the linearised variance of the ratio within strata. Where every form or no
form errs there is no variance to see; the effective number is then Kish's, (Σwm)² ÷ Σw²m. No finite
population correction: the interval is never too narrow for a small lot.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from scipy.special import stdtrit

from registry.coverage_rates import CONFIDENCE, Rate, exact_interval


class Counted(NamedTuple):
    """One form: wrong items, checked items."""

    errors: int
    checked: int


@dataclass(frozen=True)
class Stratum:
    """Forms of one stratum that have been checked, and how many the frame holds."""

    size: int
    forms: Sequence[Counted]

    @property
    def weight(self) -> float:
        """How many forms of the frame one checked form stands for."""
        return self.size / len(self.forms)


def stratified_rate(strata: Sequence[Stratum], *, confidence: float = CONFIDENCE) -> Rate:
    """The weighted rate over every stratum with a checked form. `blocks` of the rate is forms.

    `events` and `total` are plain counts; `value`, `low` and `high` are weighted shares. A stratum of
    one form has no variance of its own: such strata are put together.
    """
    used = [stratum for stratum in strata if stratum.forms]
    errors = sum(form.errors for stratum in used for form in stratum.forms)
    checked = sum(form.checked for stratum in used for form in stratum.forms)
    forms = sum(1 for stratum in used for form in stratum.forms if form.checked)
    if not checked:
        return Rate(0, 0, 0, None, None, None)
    weighted = sum(s.weight * form.checked for s in used for form in s.forms)
    share = sum(s.weight * form.errors for s in used for form in s.forms) / weighted
    effective = _effective(used, share, weighted, checked, confidence)
    low, high = exact_interval(share * effective, effective, confidence=confidence)
    return Rate(errors, checked, forms, share, min(low, share), max(high, share))


def _effective(
    strata: Sequence[Stratum], share: float, weighted: float, checked: int, confidence: float
) -> float:
    """How many items drawn one by one would tell as much; never more than were checked."""
    squares = sum(s.weight**2 * form.checked for s in strata for form in s.forms)
    kish = weighted**2 / squares
    if share in {0.0, 1.0}:
        return min(float(checked), kish)
    groups = _groups(strata, share, weighted)
    variance = sum(_spread(group) for group in groups)
    if variance == 0:
        return min(float(checked), kish)
    effective = share * (1 - share) / variance
    free = sum(len(group) for group in groups) - len(groups)
    if free > 0 and checked > 1:
        upper = (1 + confidence) / 2
        effective *= float((stdtrit(checked - 1, upper) / stdtrit(free, upper)) ** 2)
    return min(float(checked), effective)


def _groups(strata: Sequence[Stratum], share: float, weighted: float) -> list[list[float]]:
    """The linearised residuals of each stratum; those of single forms together."""
    groups, single = [], []
    for stratum in strata:
        residuals = [
            stratum.weight * (form.errors - share * form.checked) / weighted
            for form in stratum.forms
        ]
        if len(residuals) > 1:
            groups.append(residuals)
        else:
            single += residuals
    if len(single) > 1 or (single and not groups):
        groups.append(single)
    elif single:
        groups[-1] = [*groups[-1], *single]
    return groups


def _spread(residuals: Sequence[float]) -> float:
    number = len(residuals)
    if number < 2:
        return residuals[0] ** 2 if residuals else 0.0
    mean = sum(residuals) / number
    return number / (number - 1) * sum((r - mean) ** 2 for r in residuals)


def rates_by(
    strata: Sequence[tuple[int, Sequence[Mapping[str, Counted]]]],
) -> dict[str, Rate]:
    """The rate of every key that some form counted: items, forms or classes.

    Each stratum is its size in the frame and, for each of its checked forms, key → counts. A form
    without the key counts nothing there, and still tells how the key is spread.
    """
    keys = {key for _size, forms in strata for form in forms for key in form}
    nothing = Counted(0, 0)
    return {
        key: stratified_rate(
            [Stratum(size, [form.get(key, nothing) for form in forms]) for size, forms in strata]
        )
        for key in sorted(keys)
    }
