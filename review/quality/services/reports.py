"""Issuing the report of a closed sample, signed with the issuer's own key."""

from __future__ import annotations

import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.enums import Permission
from accounts.exceptions import Conflict, NotAllowed
from accounts.models import User
from accounts.services.signing_keys import Signer
from audit.enums import AuditAction
from audit.hashing import canonical_json, content_hash
from audit.services import audit_record
from review.models import QualityReport
from review.quality.enums import SampleStage
from review.quality.report_content import report_content
from review.quality.report_signing import signed_report
from review.quality.services.sampling import sample_locked


@transaction.atomic
def report_issue(*, actor: User, sample_id: int, signer: Signer | None) -> QualityReport:
    """Put down what the sample found and sign it. Raises `Missing`, `NotAllowed`, or `Conflict`
    while the sample is not closed or the key is."""
    sample = sample_locked(actor, sample_id, Permission.QUALITY_DRAW)
    if sample.stage != SampleStage.CLOSED:
        raise Conflict(_("抽样核查完成以后才能出报告。"), code="not_closed")
    if signer is None:
        raise Conflict(_("报告须签名，请先打开签名密钥。"), code="signature_required")
    if signer.key.user_id != actor.pk:
        raise NotAllowed(_("只能用自己的签名密钥。"))
    content: dict[str, Any] = report_content(sample, actor)
    report = QualityReport(
        sample=sample,
        division_code=sample.division_code,
        code=f"QC-{sample.pk:06d}-{secrets.token_hex(4).upper()}",
        content=content,
        hash=content_hash(content),
        key=signer.key,
        issued_at=timezone.now(),
        issued_by=actor,
    )
    statement = signed_report(report, fingerprint=signer.key.fingerprint)
    report.signature = signer.sign(canonical_json(statement))
    report.save(force_insert=True)
    audit_record(
        action=AuditAction.QUALITY_REPORT_ISSUED,
        actor=actor,
        subject=report,
        detail={"code": report.code, "hash": report.hash},
    )
    return report
