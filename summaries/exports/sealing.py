"""A file inside a ZIP archive that opens with a password: WinZip's AES-256 (AE-2), one stored entry.

7-Zip, WinRAR, Bandizip and 360 ZIP open it. The archive is written as it is downloaded, so neither
the password nor an open copy of the archive is ever stored. Format: WinZip, "AES Encryption
Information: Encryption Specification AE-1 and AE-2"; sizes in ZIP64 fields, so any length will do.
"""

from __future__ import annotations

import hmac
import secrets
import struct
from collections.abc import Iterator
from datetime import datetime
from hashlib import pbkdf2_hmac, sha1
from pathlib import Path

import numpy as np
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PASSWORD_AT_LEAST = 10  # characters
CHUNK = 1024 * 1024
BLOCK = 16
SALT, VERIFIER, SEAL = 16, 2, 10
ROUNDS = 1000  # fixed by the format; a long password is what protects
METHOD_AES, STORED = 99, 0
VERSION_NEEDED = 51
ENCRYPTED_UTF8 = 0x0001 | 0x0800
MAXIMUM = 0xFFFFFFFF


def sealed_size(size: int, name: str) -> int:
    """How many bytes the archive of a file of this size has."""
    header = 30 + len(name.encode()) + 20 + 11
    central = 46 + len(name.encode()) + 28 + 11
    return header + SALT + VERIFIER + size + SEAL + central + 56 + 20 + 22


def sealed(path: Path, password: str) -> Iterator[bytes]:
    """The archive, piece by piece."""
    name, size = path.name.encode(), path.stat().st_size
    salt = secrets.token_bytes(SALT)
    # SHA-1 is the format's own; an HMAC and a key derivation do not rest on its collisions
    keys = pbkdf2_hmac("sha1", password.encode(), salt, ROUNDS, 2 * 32 + VERIFIER)
    packed = SALT + VERIFIER + size + SEAL
    stamp = _stamp(datetime.fromtimestamp(path.stat().st_mtime))  # noqa: DTZ006  a ZIP has local time
    common = (VERSION_NEEDED, ENCRYPTED_UTF8, METHOD_AES, *stamp, 0, MAXIMUM, MAXIMUM, len(name))
    aes = struct.pack("<HHH2sBH", 0x9901, 7, 2, b"AE", 3, STORED)
    local = struct.pack("<HHQQ", 0x0001, 16, size, packed) + aes
    header = struct.pack("<IHHHHHIIIHH", 0x04034B50, *common, len(local)) + name + local
    yield header
    yield salt + keys[64:]
    seal = hmac.new(keys[32:64], digestmod=sha1)
    for piece in _encrypted(path, keys[:32]):
        seal.update(piece)
        yield piece
    yield seal.digest()[:SEAL]
    yield from _directory(name, common, (size, packed), aes, len(header) + packed)


def _stamp(at: datetime) -> tuple[int, int]:
    """MS-DOS time and date."""
    clock = at.hour << 11 | at.minute << 5 | at.second // 2
    return clock, (at.year - 1980) << 9 | at.month << 5 | at.day


def _encrypted(path: Path, key: bytes) -> Iterator[bytes]:
    """AES in counter mode; the counter is little-endian and begins with 1, unlike NIST's."""
    block_cipher = Cipher(algorithms.AES(key), modes.ECB()).encryptor()  # noqa: S305  of counters only
    counter = 1
    with path.open("rb") as file:
        while piece := file.read(CHUNK):
            blocks = -(-len(piece) // BLOCK)
            counters = np.zeros((blocks, 2), dtype="<u8")
            counters[:, 0] = np.arange(counter, counter + blocks, dtype="<u8")
            stream = np.frombuffer(block_cipher.update(counters.tobytes()), dtype=np.uint8)
            counter += blocks
            yield (np.frombuffer(piece, dtype=np.uint8) ^ stream[: len(piece)]).tobytes()


def _directory(
    name: bytes, common: tuple[int, ...], sizes: tuple[int, int], aes: bytes, offset: int
) -> Iterator[bytes]:
    """The central directory and the ends of the archive, with ZIP64 fields."""
    extra = struct.pack("<HHQQQ", 0x0001, 24, *sizes, 0) + aes
    entry = struct.pack("<IH", 0x02014B50, VERSION_NEEDED)
    entry += struct.pack("<HHHHHIIIHHHHHII", *common, len(extra), 0, 0, 0, 0, MAXIMUM)
    entry += name + extra
    yield entry
    end = struct.pack(
        "<IQHHIIQQQQ", 0x06064B50, 44, 51, VERSION_NEEDED, 0, 0, 1, 1, len(entry), offset
    )
    yield end
    yield struct.pack("<IIQI", 0x07064B50, 0, offset + len(entry), 1)
    yield struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, 1, 1, len(entry), MAXIMUM, 0)
