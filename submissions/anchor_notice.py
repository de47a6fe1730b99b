"""The notice that publishes the anchor of a day (存证公告)."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from accounts.anchoring import anchor_signature_fits
from audit.selectors import Anchor, seal_stands
from instruments.printing.notice import Notice, notice_bytes


def anchor_is_intact(anchor: Anchor) -> bool:
    """Whether the anchor fits its hash, the log still holds its seal, and its signature fits."""
    if anchor.hash != anchor.content_hash() or not seal_stands(anchor):
        return False
    if not anchor.public_key:
        return True
    return anchor_signature_fits(
        bytes.fromhex(anchor.public_key), anchor.content_bytes(), bytes.fromhex(anchor.signature)
    )


def anchor_facts(anchor: Anchor) -> list[tuple[str, str]]:
    """What the notice and the page say, label and text."""
    facts = [
        (_("日期"), anchor.day.isoformat()),
        (_("封印序号"), str(anchor.seal_number)),
        (_("封印（SM3）"), anchor.seal),
        (_("累计记录数"), str(anchor.event_count)),
        (_("锚值（SM3）"), anchor.hash),
        (_("上一日锚值"), anchor.previous or _("无（首日）")),
        (_("生成时间"), timezone.localtime(anchor.made_at).strftime("%Y-%m-%d %H:%M:%S")),
    ]
    if anchor.public_key:
        facts += [
            (_("公钥指纹"), anchor.fingerprint),
            (_("签名（SM2）"), anchor.signature),
        ]
    return facts


def anchor_pdf(anchor: Anchor, address: str) -> bytes:
    """The notice on one page, in Chinese whatever the reader's language."""
    with translation.override(settings.LANGUAGE_CODE):
        return notice_bytes(
            Notice(
                title=_("数据存证公告"),
                subtitle=anchor.day.strftime("%Y-%m-%d"),
                tables=[("", anchor_facts(anchor))],
                paragraphs=[
                    _(
                        "锚值由该日最后一个封印和上一日锚值算出，封印逐块覆盖平台自启用以来的全部"
                        "审计记录和查阅记录。任何一条记录在该日之后被修改、删除、插入或调换次序，"
                        "重新计算的结果都不会再与本公告一致。"
                    ),
                    _(
                        "核对方法：在平台“验证回执”页输入本公告的日期或锚值；或由管理员运行"
                        " portal_verify --anchor 日期=锚值。"
                    ),
                ],
                code=address,
                code_note=_("扫码或在“验证回执”页输入锚值核对。"),
                footer=anchor.hash,
                author=_("全国污染源普查平台"),
            )
        )
