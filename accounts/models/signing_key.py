"""A person's key for signing (SM2). The private half is kept only under the person's passphrase."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class SigningKey(models.Model):
    """One key of one person. A key that is revoked still proves what it signed before."""

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="signing_keys")
    public_key = models.BinaryField(_("公钥"))
    fingerprint = models.CharField(_("公钥指纹"), max_length=64, unique=True)
    salt = models.BinaryField()
    sealed_secret = models.BinaryField(
        help_text="SM4-GCM under a key that Argon2id makes of the passphrase: nonce, then ciphertext."
    )
    wrong_count = models.PositiveSmallIntegerField(
        _("连续口令错误"), default=0, db_default=0, help_text="Since it was last opened or locked."
    )
    locked_until = models.DateTimeField(_("锁定至"), null=True, blank=True)
    created_at = models.DateTimeField(_("启用时间"), default=timezone.now)
    revoked_at = models.DateTimeField(_("作废时间"), null=True)
    revoked_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, related_name="+", null=True
    )
    revoke_reason = models.CharField(_("作废理由"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("签名密钥")
        ordering: ClassVar = ["-pk"]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(revoked_at__isnull=True),
                name="accounts_signingkey_one_in_force",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="accounts_signingkey_revoked_at_and_by_together",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.fingerprint[:16]}"

    @property
    def is_locked(self) -> bool:
        """Whether too many wrong passphrases keep it shut now."""
        return self.locked_until is not None and self.locked_until > timezone.now()
