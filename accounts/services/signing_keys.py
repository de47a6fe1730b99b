"""Making a signing key, opening it with the passphrase, revoking it."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts import sm2
from accounts.exceptions import Conflict, Invalid, Missing, NotAllowed, Refusal
from accounts.models import SigningKey, User
from audit.enums import AuditAction
from audit.hashing import sm3_hex
from audit.services import audit_record

PASSPHRASE_AT_LEAST = 8
# After so many wrong passphrases in a row the key stays shut for a while: 20 guesses an hour.
WRONG_AT_MOST = 5
LOCKED_FOR = timedelta(minutes=15)
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
        return self.sign_each([message])[0]

    def sign_each(self, messages: Sequence[bytes]) -> list[bytes]:
        """64 bytes over each message."""
        return sm2.sign_each(self.secret, bytes(self.key.public_key), messages)


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
    passphrase, `Conflict` while too many wrong ones keep it locked.

    An attempt is counted before the passphrase is tried, so that many at once are no way round.
    """
    key = _attempt(actor)
    try:
        secret = unseal(_key_of(passphrase, bytes(key.salt)), bytes(key.sealed_secret))
    except InvalidTag as error:
        raise _refused(actor, key) from error
    SigningKey.objects.filter(pk=key.pk).update(wrong_count=0, locked_until=None)
    return Signer(key, secret)


@transaction.atomic
def _attempt(actor: User) -> SigningKey:
    """The key with one attempt more. Raises `Missing` or `Conflict`."""
    key = (
        SigningKey.objects.select_for_update(no_key=True)
        .filter(user=actor, revoked_at__isnull=True)
        .first()
    )
    if key is None:
        raise Missing(_("您还没有签名密钥，请先启用。"))
    if key.is_locked:
        raise _locked(key)
    key.wrong_count += 1
    key.locked_until = None
    if key.wrong_count >= WRONG_AT_MOST:
        key.locked_until, key.wrong_count = timezone.now() + LOCKED_FOR, 0
    key.save(update_fields=["wrong_count", "locked_until"])
    return key


@transaction.atomic
def _refused(actor: User, key: SigningKey) -> Refusal:
    """Record the wrong passphrase, and the lock where it was one too many; what is to be said."""
    acts = [AuditAction.SIGNING_KEY_REFUSED]
    if key.is_locked:
        acts.append(AuditAction.SIGNING_KEY_LOCKED)
    for act in acts:
        audit_record(action=act, actor=actor, subject=key, division_code=actor.division_code)
    if key.is_locked:
        return _locked(key)
    left = WRONG_AT_MOST - key.wrong_count
    return Invalid(
        ngettext(
            "签名口令不对，再错 %(left)d 次将锁定。", "签名口令不对，再错 %(left)d 次将锁定。", left
        )
        % {"left": left},
        code="wrong_passphrase",
        cell="passphrase",
    )


def _locked(key: SigningKey) -> Conflict:
    assert key.locked_until is not None  # noqa: S101  asked of a locked key only
    return Conflict(
        _("签名口令连续错误 %(count)d 次，密钥锁定至 %(time)s。忘记口令的，可作废后重新启用。")
        % {
            "count": WRONG_AT_MOST,
            "time": timezone.localtime(key.locked_until).strftime("%H:%M"),
        },
        code="key_locked",
        cell="passphrase",
    )


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
