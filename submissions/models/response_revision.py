"""What one save changed, by whom, when and from which device; hashed with the one before."""

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from audit.hashing import content_hash
from submissions.models.response import Response


class ResponseRevision(models.Model):
    """Append-only; the database refuses UPDATE and DELETE."""

    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="revisions")
    number = models.PositiveIntegerField(_("版本"))
    save_id = models.UUIDField(unique=True)
    request_hash = models.CharField(max_length=64)
    patch = models.JSONField(_("变更"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name=_("人员")
    )
    device = models.CharField(_("设备"), max_length=100, blank=True)
    at = models.DateTimeField(_("时间"))
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64)

    class Meta:
        verbose_name = _("填报修订")
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["response", "number"], name="submissions_revision_number_once"
            ),
            models.CheckConstraint(
                condition=models.Q(number__gt=0), name="submissions_revision_number_positive"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.response_id} v{self.number}"

    def content_hash(self) -> str:
        """SM3 over the hash before and everything this revision says."""
        content: dict[str, Any] = {
            "previous": self.previous_hash,
            "response": self.response_id,
            "number": self.number,
            "save_id": str(self.save_id),
            "request": self.request_hash,
            "patch": self.patch,
            "actor": self.actor_id,
            "device": self.device,
            "at": self.at.isoformat(),
        }
        return content_hash(content)
