"""What the signature of a report covers, and whether it still fits what is stored."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from accounts import sm2
from audit.hashing import canonical_json, content_hash
from review.models import QualityReport


def signed_report(report: QualityReport, *, fingerprint: str) -> dict[str, Any]:
    """The statement that is signed: which content, under which code, by whom, when."""
    return {
        "report": report.code,
        "content": report.hash,
        "division": report.division_code,
        "issued_at": report.issued_at.isoformat(),
        "issued_by": report.issued_by_id,
        "key": fingerprint,
    }


@dataclass(frozen=True)
class ReportVerification:
    """What `/verify` says of a report: no figure of it is shown."""

    report: QualityReport

    @property
    def is_intact(self) -> bool:
        """Whether the content is the one that was hashed."""
        return content_hash(self.report.content) == self.report.hash

    @property
    def is_signed(self) -> bool:
        """Whether the signature is the issuer's over exactly what is stored."""
        report, key = self.report, self.report.key
        if key.user_id != report.issued_by_id:
            return False
        if key.revoked_at is not None and key.revoked_at < report.issued_at:
            return False
        message = canonical_json(signed_report(report, fingerprint=key.fingerprint))
        return sm2.verify(bytes(key.public_key), message, bytes(report.signature))


def report_verified(code: str) -> ReportVerification | None:
    """The report of a code, recomputed. One query."""
    reports = QualityReport.objects.select_related("key", "issued_by", "sample__exercise")
    report = reports.filter(code=code).first()
    return ReportVerification(report) if report else None
