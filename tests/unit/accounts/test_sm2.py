"""SM2 against the vectors of GB/T 32918.5-2017, and the two libraries against each other."""

from __future__ import annotations

import pytest

from accounts import sm2

# GB/T 32918.5-2017 annex A.2: key, message and signature on the recommended curve
SECRET = bytes.fromhex("3945208F7B2144B13F36E38AC6D39F95889393692860B51A42FB81EF4DF7C5B8")
PUBLIC = bytes.fromhex(
    "0409F9DF311E5421A150DD7D161E4BC5C672179FAD1833FC076BB08FF356F35020"
    "CCEA490CE26775A52DC6EA718CC1AA600AED05FBF35E084A6632F6072DA9AD13"
)
SIGNATURE = bytes.fromhex(
    "F5A03B0648D2C4630EEAC513E1BB81A15944DA3827D5B74143AC7EACEEE720B3"
    "B1B6AA29DF212FD8763182BC0D421CA1BB9038FD1F7F42D4840B69C485BBC1AA"
)
MESSAGE = b"message digest"
VERIFIERS = [sm2.verify, sm2.verify_plainly]
SIGNERS = [sm2.sign, sm2.sign_plainly]


def test_public_key_of_the_standard():
    assert sm2.public_of(SECRET) == PUBLIC


@pytest.mark.parametrize("verify", VERIFIERS)
def test_signature_of_the_standard(verify):
    assert verify(PUBLIC, MESSAGE, SIGNATURE)


@pytest.mark.parametrize("verify", VERIFIERS)
@pytest.mark.parametrize("sign", SIGNERS)
def test_each_library_accepts_what_the_other_signed(sign, verify):
    secret = sm2.secret_make()
    public = sm2.public_of(secret)
    signature = sign(secret, public, MESSAGE)
    assert len(signature) == 64
    assert verify(public, MESSAGE, signature)
    assert not verify(public, b"another message", signature)
    assert not verify(PUBLIC, MESSAGE, signature)


@pytest.mark.parametrize("verify", VERIFIERS)
@pytest.mark.parametrize("place", range(0, 64, 7))
def test_one_changed_byte_is_seen(verify, place):
    changed = bytearray(SIGNATURE)
    changed[place] ^= 1
    assert not verify(PUBLIC, MESSAGE, bytes(changed))


@pytest.mark.parametrize(
    ("public", "signature"),
    [(PUBLIC, b""), (PUBLIC, b"\0" * 64), (PUBLIC, b"\xff" * 64), (b"\4" + b"\1" * 64, SIGNATURE)],
)
def test_what_is_no_signature_or_no_key_is_refused(public, signature):
    assert not sm2.verify(public, MESSAGE, signature)


def test_a_machine_without_the_fast_library_signs_and_verifies_the_same(monkeypatch):
    fast = sm2.sign(SECRET, PUBLIC, MESSAGE)
    monkeypatch.setattr(sm2, "ec", None)
    assert sm2.verify(PUBLIC, MESSAGE, fast)
    plain = sm2.sign(SECRET, PUBLIC, MESSAGE)
    monkeypatch.undo()
    assert sm2.verify(PUBLIC, MESSAGE, plain)
