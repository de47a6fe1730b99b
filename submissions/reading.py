"""Noting in the log of reads that a person was shown the answers of a form."""

from collections.abc import Iterable

from accounts.models import User
from audit.enums import ReadWay
from audit.services import FormRead, reads_record
from registry.services.confidentiality import confidential_among
from submissions.models import Case


def case_read(*, case: Case, actor: User, way: ReadWay = ReadWay.PAGE) -> None:
    """One form was shown. Costs one question to the cache; the first time in an hour an insert.
    Of a confidential unit every time.

    The case should have its unit loaded (`with_names`).
    """
    cases_read(cases=[case], actor=actor, way=way)


def cases_read(*, cases: Iterable[Case], actor: User, way: ReadWay) -> None:
    """Several forms were shown or taken away at once. One insert."""
    reads_record(
        actor=actor,
        way=way,
        singly=confidential_among,
        reads=[
            FormRead(
                unit_id=case.unit_id,
                unit_code=case.unit.code,
                case_id=case.pk,
                form_code=case.form_code,
                division_code=case.division_code,
            )
            for case in cases
        ],
    )
