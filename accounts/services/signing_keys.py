"""Making a signing key, opening it with the passphrase, revoking it."""

import os
from dataclasses import dataclass

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import sm2
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed
from accounts.models import SigningKey, User
from audit.enums import AuditAction
from audit.hashing import sm3_hex
from audit.services import audit_record

PASSPHRASE_AT_LEAST = 8
_NONCE, _TAG, _SALT, _SM4_KEY = 12, 16, 16, 16
# OWASP's recommendation for Argon2id: 19 MiB, two passes
_MEMORY_KIB, _PASSES = 19_456, 2


@dataclass(frozen=True)
class Signer:
    """An opened key: who signs, with what. Never stored, never printed."""

    key: SigningKey
    secret: bytes

    def __repr__(self) -> str:
        return f"Signer({self.key.fingerprint[:16]})"

    def sign(self, message: bytes) -> bytes:
        """64 bytes over the message."""
        return sm2.sign(self.secret, bytes(self.key.public_key), message)


def key_in_force(user: User) -> SigningKey | None:
    """The person's key that may sign now."""
    return SigningKey.objects.filter(user=user, revoked_at__isnull=True).first()


@transaction.atomic
def signing_key_make(*, actor: User, passphrase: str) -> Signer:
    """A new key of the person's own. Raises `Invalid` for a weak passphrase, `Conflict` where
    there is one in force."""
    if len(passphrase) < PASSPHRASE_AT_LEAST:
        raise Invalid(
            _("签名口令至少 %d 个字符。") % PASSPHRASE_AT_LEAST,
            code="passphrase_short",
            cell="passphrase",
        )
    if actor.check_password(passphrase):
        raise Invalid(
            _("签名口令不能与登录密码相同。"), code="passphrase_is_password", cell="passphrase"
        )
    secret, salt = sm2.secret_make(), os.urandom(_SALT)
    public = sm2.public_of(secret)
    key = SigningKey(
        user=actor,
        public_key=public,
        fingerprint=sm3_hex(public),
        salt=salt,
        sealed_secret=seal(_key_of(passphrase, salt), secret),
    )
    try:
        with transaction.atomic():
            key.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(_("您已有有效的签名密钥，请先作废。"), code="key_in_force") from error
    audit_record(
        action=AuditAction.SIGNING_KEY_MADE,
        actor=actor,
        subject=key,
        division_code=actor.division_code,
        detail={"fingerprint": key.fingerprint},
    )
    return Signer(key, secret)


def signing_key_open(*, actor: User, passphrase: str) -> Signer:
    """The person's key in force, opened. Raises `Missing` without one, `Invalid` for the wrong
    passphrase."""
    key = key_in_force(actor)
    if key is None:
        raise Missing(_("您还没有签名密钥，请先启用。"))
    try:
        secret = unseal(_key_of(passphrase, bytes(key.salt)), bytes(key.sealed_secret))
    except InvalidTag as error:
        audit_record(
            action=AuditAction.SIGNING_KEY_REFUSED,
            actor=actor,
            subject=key,
            division_code=actor.division_code,
        )
        raise Invalid(_("签名口令不对。"), code="wrong_passphrase", cell="passphrase") from error
    return Signer(key, secret)


@transaction.atomic
def signing_key_revoke(*, actor: User, key_id: int, reason: str) -> SigningKey:
    """End a key of one's own. What it signed before still holds. Raises `Missing`, `NotAllowed`,
    `Conflict`, or `Invalid` without a reason."""
    key = SigningKey.objects.select_for_update().filter(pk=key_id).first()
    if key is None:
        raise Missing(_("没有这个签名密钥。"))
    if key.user_id != actor.pk:
        raise NotAllowed(_("只能作废自己的签名密钥。"))
    if key.revoked_at is not None:
        raise Conflict(_("这个签名密钥已经作废。"), code="key_revoked")
    if not reason.strip():
        raise Invalid(_("请写明作废理由。"), code="reason_required", cell="reason")
    key.revoked_at, key.revoked_by = timezone.now(), actor
    key.revoke_reason = reason.strip()[:200]
    key.save(update_fields=["revoked_at", "revoked_by", "revoke_reason"])
    audit_record(
        action=AuditAction.SIGNING_KEY_REVOKED,
        actor=actor,
        subject=key,
        division_code=actor.division_code,
        detail={"fingerprint": key.fingerprint, "reason": key.revoke_reason},
    )
    return key


def _key_of(passphrase: str, salt: bytes) -> bytes:
    return hash_secret_raw(
        passphrase.encode(),
        salt,
        time_cost=_PASSES,
        memory_cost=_MEMORY_KIB,
        parallelism=1,
        hash_len=_SM4_KEY,
        type=Type.ID,
    )


def seal(key: bytes, plain: bytes) -> bytes:
    """SM4-GCM (GB/T 32907-2016): nonce, ciphertext, tag."""
    nonce = os.urandom(_NONCE)
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    return nonce + encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def unseal(key: bytes, sealed: bytes) -> bytes:
    """What was sealed. Raises `InvalidTag` for another key or a changed text."""
    nonce, text, tag = sealed[:_NONCE], sealed[_NONCE:-_TAG], sealed[-_TAG:]
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, tag)).decryptor()
    return decryptor.update(text) + decryptor.finalize()
