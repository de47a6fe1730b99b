"""The anchor of a day: the last seal of it, kept, chained, signed where there is a key."""

from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from audit.hashing import canonical_json, sm3_hex


class AuditAnchor(models.Model):
    """Published on paper or elsewhere, it proves everything that was sealed up to that day."""

    day = models.DateField(_("日期"), unique=True)
    seal_number = models.PositiveBigIntegerField(_("封印序号"))
    seal = models.CharField(_("封印"), max_length=64)
    event_count = models.PositiveBigIntegerField(
        _("累计记录数"), help_text="Events sealed up to here."
    )
    previous = models.CharField(max_length=64, blank=True)
    made_at = models.DateTimeField(_("生成时间"))
    hash = models.CharField(_("锚值"), max_length=64, unique=True)
    # SM2 (GB/T 32918.2-2016) of the portal itself: 65 and 64 bytes, hexadecimal
    public_key = models.CharField(max_length=130, blank=True)
    signature = models.CharField(max_length=128, blank=True)

    class Meta:
        verbose_name = _("每日锚值")
        ordering: ClassVar = ["day"]
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=Q(public_key="", signature="") | (~Q(public_key="") & ~Q(signature="")),
                name="audit_anchor_key_and_signature_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.day} #{self.seal_number}"

    def content(self) -> dict[str, Any]:
        """What `hash` and the signature cover."""
        return {
            "day": self.day.isoformat(),
            "seal_number": self.seal_number,
            "seal": self.seal,
            "event_count": self.event_count,
            "previous": self.previous,
            "made_at": self.made_at.isoformat(),
        }

    def content_bytes(self) -> bytes:
        """The same in canonical form."""
        return canonical_json(self.content())

    def content_hash(self) -> str:
        """SM3 over it."""
        return sm3_hex(self.content_bytes())

    @property
    def fingerprint(self) -> str:
        """SM3 of the key that signed; blank where none did."""
        return sm3_hex(bytes.fromhex(self.public_key)) if self.public_key else ""
