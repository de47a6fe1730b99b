"""The whole check of a set of definitions that refer to each other."""

from collections.abc import Mapping, Sequence

from instruments.checking.expressions import check_expressions
from instruments.checking.faults import Fault, Source
from instruments.checking.meaning import check_meaning
from instruments.checking.structure import check_structure


def check_set(
    sources: Sequence[Source],
    codelists: Mapping[str, frozenset[str]],
    others: Sequence[Source] = (),
) -> list[Fault]:
    """Every fault of every definition, in order; `others` are sound and only referred to.

    A later check runs only where the earlier ones found nothing: an expression over an unknown
    slug cannot be typed, and a rule that does not compile has no examples to run.
    """
    faults: list[Fault] = []
    for source in sources:
        faults.extend(check_structure(source) or check_meaning(source, codelists))
    return faults or check_expressions(sources, codelists, others)


def check_dependents(
    sources: Sequence[Source], codelists: Mapping[str, frozenset[str]], others: Sequence[Source]
) -> list[Fault]:
    """Whether the expressions and examples of sound forms still hold beside changed `others`."""
    return check_expressions(sources, codelists, others)
