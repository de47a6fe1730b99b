"""Which way numbers of a case moved, case by case: cells of one case move together."""

import numpy as np

from review.interference.observations import Bools, Corrections
from review.interference.statistics import Floats, Ints


def moves(corrections: Corrections) -> tuple[Ints, Ints, Floats, Floats]:
    """Case, person, time and mean log ratio after ÷ before, one row a correction of two numbers."""
    usable: Bools = (corrections.before > 0) & (corrections.after > 0)
    usable &= corrections.before != corrections.after
    ratio = np.log(corrections.after[usable] / corrections.before[usable])
    return corrections.case[usable], corrections.person[usable], corrections.at[usable], ratio


def net_by(keys: Ints, ratio: Floats) -> tuple[Ints, Ints]:
    """Distinct keys, and whether most of their numbers went down (-1) or up (+1); 0 is neither."""
    if not len(keys):
        return keys, keys
    found, place = np.unique(keys, return_inverse=True)
    net = np.zeros(len(found))
    np.add.at(net, place, np.sign(ratio))
    return found, np.sign(net).astype(np.int64)
