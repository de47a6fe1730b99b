"""The copy of record: a receipt on one page, for whoever filled a form and whoever reviewed it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from instruments.printing.notice import Notice, notice_bytes
from review.signing import SignatureCheck, Verification, checks_of
from submissions.models import Submission
from submissions.verification import submission_is_intact


def receipt_pdf(submission: Submission, address: str) -> bytes:
    """Form, unit, number, times, people, digests and signatures; a code that leads to `/verify/`.

    In Chinese whatever the reader's language. Two queries.
    """
    decisions = submission.decisions.select_related(
        "decided_by", "submission", "signature__key"
    ).order_by("pk")
    found = Verification(submission, submission_is_intact(submission), checks_of(decisions))
    with translation.override(settings.LANGUAGE_CODE):
        return notice_bytes(
            Notice(
                title=_("提交回执"),
                subtitle=submission.receipt_code,
                tables=[
                    ("", list(_facts(found))),
                    *((_heading(check), list(_decision(check))) for check in found.checks),
                ],
                paragraphs=[
                    _(
                        "摘要由本次提交的全部指标、说明、豁免和表式版本算出；签名覆盖摘要和审核结论。"
                        "本页不含填报数据，可凭回执编号在“验证回执”页核对。"
                    )
                ],
                code=address,
                code_note=_("验证码：扫码，或在“验证回执”页输入回执编号。"),
                footer=_("%(code)s · 打印于 %(at)s")
                % {"code": submission.receipt_code, "at": _time(timezone.now())},
                author=_("全国污染源普查平台"),
            )
        )


def _facts(found: Verification) -> Iterator[tuple[str, str]]:
    submission = found.submission
    case = submission.case
    yield _("回执编号"), submission.receipt_code
    yield _("普查阶段"), case.exercise.name
    instrument = submission.instrument_version.instrument
    yield _("普查表"), f"{case.form_code} {instrument.title}"
    yield _("普查对象"), f"{case.unit.name} {case.unit.code}"
    yield _("提交序号"), _("第 %d 次提交") % submission.number
    yield _("提交时间"), _time(submission.submitted_at)
    yield _("提交人"), submission.submitted_by.full_name
    yield _("摘要（SM3）"), submission.hash
    is_intact = _("存档内容与摘要一致") if found.is_intact else _("存档内容与摘要不一致")
    yield _("核对"), is_intact


def _heading(check: SignatureCheck) -> str:
    decision = check.decision
    return f"{decision.get_level_display()} · {decision.get_decision_display()}"


def _decision(check: SignatureCheck) -> Iterator[tuple[str, str]]:
    decision = check.decision
    yield _("审核人"), decision.decided_by.full_name
    yield _("审核时间"), _time(decision.decided_at)
    if check.signature is None:
        yield _("签名（SM2）"), _("未签名")
        return
    yield _("签名（SM2）"), bytes(check.signature.signature).hex()
    yield _("公钥指纹"), check.signature.key.fingerprint
    yield _("核对"), _("签名有效") if check.is_valid else _("签名与内容不符")


def _time(moment: datetime) -> str:
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M:%S")
