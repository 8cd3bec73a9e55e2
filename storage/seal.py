"""Sealing: what only the other process can read, and boxes a process locks for itself.

`seal` is HPKE (RFC 9180) in base mode with a hybrid of ML-KEM-768 and X25519, so it holds while
either half holds. Where a field belongs (case, name, version) is bound in: bytes moved to another
row or field do not open. Lengths fall in buckets, so a stored length says little of what it holds.
"""

import hashlib
import os
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NewType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.mlkem import (
    MLKEM768PrivateKey,
    MLKEM768PublicKey,
)
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hpke import (
    AEAD,
    KDF,
    KEM,
    MLKEM768X25519PrivateKey,
    MLKEM768X25519PublicKey,
    Suite,
)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

Sealed = NewType("Sealed", bytes)

PUBLIC_BYTES = 1184 + 32
PRIVATE_BYTES = 64 + 32

_FORMAT = b"FD\x01"
_LOCKED = b"FL\x01"
_ID_BYTES = 8
_NONCE_BYTES = 12
_LENGTH_BYTES = 4
_BUCKETS = tuple(512 << step for step in range(8))  # 512 bytes, 1, 2, 4 ... 64 KiB
_LOCKER_STEP = 256
_SUITE = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)


class NotOpened(Exception):
    """Another key, an unknown format, another place, or altered: it is not opened, nor guessed."""


class TooLong(Exception):
    """More than 64 KiB (less four bytes) to seal in one piece."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a sealed field belongs; it opens nowhere else."""

    case: str
    field: str
    version: int = 1

    def as_bytes(self) -> bytes:
        """Length-prefixed, so that two different places never give the same bytes."""
        parts = (self.case.encode(), self.field.encode(), str(self.version).encode())
        return b"".join(len(part).to_bytes(_LENGTH_BYTES) + part for part in parts)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The half that closes. Its id is the first 8 bytes of SHA-256 over the raw key."""

    id: bytes
    key: MLKEM768X25519PublicKey
    _raw: bytes = field(repr=False)

    @classmethod
    def from_bytes(cls, raw: bytes) -> "PublicKey":
        """Read 1184 + 32 raw bytes (ML-KEM-768, X25519); ValueError if they are none."""
        if len(raw) != PUBLIC_BYTES:
            raise ValueError(f"a public key has {PUBLIC_BYTES} bytes, this has {len(raw)}")
        key = MLKEM768X25519PublicKey(
            MLKEM768PublicKey.from_public_bytes(raw[:-32]),
            X25519PublicKey.from_public_bytes(raw[-32:]),
        )
        return cls(hashlib.sha256(raw).digest()[:_ID_BYTES], key, raw)

    def as_bytes(self) -> bytes:
        """The 1184 + 32 raw bytes that `from_bytes` reads."""
        return self._raw


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """The half that opens. The seed stays out of the repr."""

    public: PublicKey
    _mlkem: MLKEM768PrivateKey
    _x25519: X25519PrivateKey

    @property
    def id(self) -> bytes:
        """The same id as that of its public half."""
        return self.public.id

    @property
    def key(self) -> MLKEM768X25519PrivateKey:
        """Both halves as one key of the HPKE suite."""
        return MLKEM768X25519PrivateKey(self._mlkem, self._x25519)

    @classmethod
    def from_bytes(cls, raw: bytes) -> "PrivateKey":
        """Read 64 + 32 raw bytes (ML-KEM-768 seed, X25519); ValueError if they are none."""
        if len(raw) != PRIVATE_BYTES:
            raise ValueError(f"a private key has {PRIVATE_BYTES} bytes, this has {len(raw)}")
        return cls._of(
            MLKEM768PrivateKey.from_seed_bytes(raw[:64]),
            X25519PrivateKey.from_private_bytes(raw[64:]),
        )

    @classmethod
    def _of(cls, mlkem: MLKEM768PrivateKey, x25519: X25519PrivateKey) -> "PrivateKey":
        raw = mlkem.public_key().public_bytes_raw() + x25519.public_key().public_bytes_raw()
        return cls(PublicKey.from_bytes(raw), mlkem, x25519)

    def as_bytes(self) -> bytes:
        """The 64 + 32 raw bytes that `from_bytes` reads: a secret."""
        return self._mlkem.private_bytes_raw() + self._x25519.private_bytes_raw()


def new_private_key() -> PrivateKey:
    """A fresh key of both kinds, from the system's randomness."""
    return PrivateKey.from_bytes(
        MLKEM768PrivateKey.generate().private_bytes_raw()
        + X25519PrivateKey.generate().private_bytes_raw()
    )


def seal(plain: bytes, to: PublicKey, at: Place) -> Sealed:
    """Close *plain* so that only *to*'s other half opens it, and only at *at*.

    TooLong if it has more than 64 KiB less four bytes.
    """
    header = _FORMAT + to.id
    return Sealed(header + _SUITE.encrypt(_padded(plain), to.key, info=header + at.as_bytes()))


def unseal(sealed: bytes, by: PrivateKey, at: Place) -> bytes:
    """Open what was sealed to *by*'s public half at *at*; NotOpened for everything else."""
    header = _FORMAT + by.id
    if not sealed.startswith(_FORMAT):
        raise NotOpened("unknown format")
    if not sealed.startswith(header):
        raise NotOpened("sealed to another key")
    try:
        padded = _SUITE.decrypt(sealed[len(header) :], by.key, info=header + at.as_bytes())
    except InvalidTag:
        raise NotOpened("altered, or sealed for another place") from None
    return _unpadded(padded)


@dataclass(frozen=True, slots=True)
class Locker:
    """A box that one process locks and opens by itself: unfinished talks and message ids.

    ChaCha20-Poly1305 (RFC 8439) under a key made from *secret*, the name bound in, padded to steps
    of 256 bytes (message ids: of 32).
    """

    _cipher: ChaCha20Poly1305

    def __init__(self, secret: bytes) -> None:
        key = derived(secret, "locker", 32)
        object.__setattr__(self, "_cipher", ChaCha20Poly1305(key))

    def lock(self, plain: bytes, name: str, step: int = _LOCKER_STEP) -> bytes:
        """Close *plain* so that it opens only under the same secret and *name*.

        *step*: smaller than 256 bytes only for what is always of one length.
        """
        nonce = os.urandom(_NONCE_BYTES)
        size = -(-(_LENGTH_BYTES + len(plain)) // step) * step
        return _LOCKED + nonce + self._cipher.encrypt(nonce, _filled(plain, size), name.encode())

    def unlock(self, locked: bytes, name: str) -> bytes:
        """Open what `lock` closed under *name*; NotOpened for everything else."""
        head = len(_LOCKED) + _NONCE_BYTES
        if not locked.startswith(_LOCKED) or len(locked) < head:
            raise NotOpened("unknown format")
        try:
            padded = self._cipher.decrypt(
                locked[len(_LOCKED) : head], locked[head:], name.encode()
            )
        except InvalidTag:
            raise NotOpened("altered, or locked under another name") from None
        return _unpadded(padded)


@lru_cache(maxsize=32)  # asked for with each message
def derived(secret: bytes, purpose: str, size: int) -> bytes:
    """A key of *size* bytes for one purpose only, made from *secret* (HKDF-SHA256, RFC 5869)."""
    return HKDF(SHA256(), size, salt=None, info=b"front-door/" + purpose.encode()).derive(secret)


def _padded(plain: bytes) -> bytes:
    for size in _BUCKETS:
        if _LENGTH_BYTES + len(plain) <= size:
            return _filled(plain, size)
    raise TooLong(f"{len(plain)} bytes in one piece, {_BUCKETS[-1] - _LENGTH_BYTES} at most")


def _filled(plain: bytes, size: int) -> bytes:
    return (len(plain).to_bytes(_LENGTH_BYTES) + plain).ljust(size, b"\0")


def _unpadded(padded: bytes) -> bytes:
    """What `_filled` filled. Anyone who has the public key can seal, so the filling is checked."""
    end = _LENGTH_BYTES + int.from_bytes(padded[:_LENGTH_BYTES])
    if end > len(padded) or any(padded[end:]):
        raise NotOpened("badly filled")
    return padded[_LENGTH_BYTES:end]
