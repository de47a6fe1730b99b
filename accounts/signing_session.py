"""A signing key that is open for a while, so that a reviewer types the passphrase once.

The secret lies in the cache, sealed under a key that only the person's cookie has: neither the
server's memory nor the browser alone can sign.
"""

import secrets
from datetime import datetime, timedelta

from cryptography.exceptions import InvalidTag
from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from accounts.http import AuthenticatedHttpRequest
from accounts.models import SigningKey, User
from accounts.services.signing_keys import Signer, seal, unseal
from audit.hashing import sm3_hex

COOKIE = "signing"
OPEN_FOR = timedelta(minutes=30)
_KEY_LENGTH = 16


def signer_remember(response: HttpResponse, signer: Signer) -> None:
    """Keep the key open in this browser for half an hour."""
    own = secrets.token_bytes(_KEY_LENGTH)
    until = timezone.now() + OPEN_FOR
    kept = (signer.key.pk, seal(own, signer.secret).hex(), until.isoformat())
    cache.set(_place(own.hex()), kept, timeout=int(OPEN_FOR.total_seconds()))
    response.set_cookie(
        COOKIE,
        own.hex(),
        max_age=int(OPEN_FOR.total_seconds()),
        httponly=True,
        samesite="Strict",
        secure=settings.SESSION_COOKIE_SECURE,
    )


def signer_of(request: AuthenticatedHttpRequest) -> Signer | None:
    """The person's opened key, or None where it is closed, revoked, or another person's."""
    kept = _kept(request)
    if kept is None:
        return None
    key = SigningKey.objects.filter(pk=kept[0], user=request.user, revoked_at__isnull=True).first()
    if key is None:
        return None
    try:
        secret = unseal(bytes.fromhex(request.COOKIES[COOKIE]), bytes.fromhex(kept[1]))
    except (InvalidTag, ValueError):
        return None
    return Signer(key, secret)


def signer_lend(signer: Signer, *, errand: str) -> bytes:
    """Let background work sign for as long as the key may be open; the half that the work keeps.

    As with the browser: the cache has the secret, sealed, and the half opens it. `errand` names the
    one piece of work.
    """
    own = secrets.token_bytes(_KEY_LENGTH)
    kept = (signer.key.pk, seal(own, signer.secret).hex())
    cache.set(_errand(errand), kept, timeout=int(OPEN_FOR.total_seconds()))
    return own


def signer_lent(user: User, *, errand: str, own: bytes) -> Signer | None:
    """The person's key as lent to this errand, or None where the time is over or it was revoked."""
    kept: tuple[int, str] | None = cache.get(_errand(errand))
    if kept is None:
        return None
    key = SigningKey.objects.filter(pk=kept[0], user=user, revoked_at__isnull=True).first()
    if key is None:
        return None
    try:
        return Signer(key, unseal(own, bytes.fromhex(kept[1])))
    except (InvalidTag, ValueError):
        return None


def signer_return(*, errand: str) -> None:
    """The errand is done: nothing can be signed with what was lent."""
    cache.delete(_errand(errand))


def _errand(errand: str) -> str:
    return f"signer-lent:{sm3_hex(errand.encode())}"


def open_until(request: AuthenticatedHttpRequest) -> datetime | None:
    """Until when the key is open in this browser."""
    kept = _kept(request)
    return parse_datetime(kept[2]) if kept and signer_of(request) else None


def signer_forget(request: HttpRequest, response: HttpResponse) -> None:
    """Close the key in this browser."""
    cache.delete(_place(request.COOKIES.get(COOKIE, "")))
    response.delete_cookie(COOKIE, samesite="Strict")


def _kept(request: AuthenticatedHttpRequest) -> tuple[int, str, str] | None:
    cookie = request.COOKIES.get(COOKIE, "")
    if len(cookie) != 2 * _KEY_LENGTH:
        return None
    kept: tuple[int, str, str] | None = cache.get(_place(cookie))
    return kept


def _place(cookie: str) -> str:
    return f"signer:{sm3_hex(cookie.encode())}"
