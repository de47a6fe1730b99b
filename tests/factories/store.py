"""A small store with one of every kept fact, sealed and anchored by a key; for forgers."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from accounts import sm2
from accounts.services.signing_keys import signing_key_make
from audit.enums import ReadWay
from audit.services import audit_seal_all, reads_seal_all
from audit.services.anchoring import anchors_make
from instruments.services.publishing import _definition_publish
from registry.as_of import STANDARD_MOMENT
from registry.services.freezing import register_freeze
from registry.services.revisions import revise
from review.enums import Decision, ReturnReason
from review.services import decision_record
from submissions.enums import Holder
from submissions.models import Case, EditFailure, Submission
from submissions.reading import case_read
from submissions.services import (
    case_hand_over,
    case_submit,
    failure_explain,
    note_write,
)
from tests.factories.case import FORM_A, FORM_B, make_case, make_submitted, save
from tests.factories.waiver import approve, ask
from tests.people import NATION

PHRASE = "西湖-晚风-2017"
EXPLAINED = "本年新增一条年产五千吨的生产线，六月投产"


def sealed(secret: bytes | None = None) -> None:
    """Seal the reads and the acts, anchor today, and seal the anchor as well."""
    public = sm2.public_of(secret) if secret else b""
    sign = (lambda m: (public, sm2.sign(secret, public, m))) if secret else None
    reads_seal_all()
    audit_seal_all()
    anchors_make(sign=sign, today=timezone.localdate() + dt.timedelta(days=1))
    audit_seal_all()


def store_make(cast, secret: bytes) -> Case:
    """The whole way of one form, from the register to a signed approval, and a second form."""
    for number, form in enumerate((FORM_A, FORM_B), start=1):
        _definition_publish(actor=None, definition=form, sequence=number)
    case = make_case(cast.enumerator)
    revise([case.unit], actor=cast.national_office, effective_at=STANDARD_MOMENT)
    register_freeze(actor=cast.national_office, division_code=NATION)
    case_hand_over(case_id=case.pk, actor=cast.enumerator, holder=Holder.ENUMERATOR, note="代填")
    save(case, cast.enumerator, hours="4700", has_water="2", output="5000")
    save(case, cast.enumerator, hours="4800")
    failure = EditFailure.objects.get(case=case, rule_id="A1-R02")
    failure_explain(failure_id=failure.pk, actor=cast.enumerator, text=EXPLAINED)
    approve(ask(case, cast.enumerator), cast.county_reviewer)
    note_write(case_id=case.pk, actor=cast.enumerator, text="产量已现场核对")
    case_submit(case_id=case.pk, actor=cast.enumerator)
    signer = signing_key_make(actor=cast.supervisor, passphrase=PHRASE)
    decision_record(
        case_id=case.pk, decision=Decision.APPROVE, actor=cast.supervisor, signer=signer
    )
    other = make_submitted(cast.enumerator)
    decision_record(
        case_id=other.pk,
        decision=Decision.RETURN,
        actor=cast.supervisor,
        reason_codes=(ReturnReason.LOGIC,),
    )
    case.refresh_from_db()
    for person in (cast.county_reviewer, cast.auditor):
        case_read(case=case, actor=person)
        case_read(case=case, actor=person, way=ReadWay.PRINT)
    sealed(secret)
    assert Submission.objects.count() == 2
    return case
