"""The two key folders: KEYS/door for the door's process, KEYS/staff for the staff room's.

Neither process opens the other's folder: the door knows who, the staff room reads what.
"""

import hashlib
import hmac
import os
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from storage.seal import Locker, PrivateKey, PublicKey, derived, new_private_key

Half = Literal["door", "staff"]

SECRET_BYTES = 32

_UNFINISHED = ".unfinished"
_PRIVATE_FILE: Mapping[Half, str] = {"door": "return.key", "staff": "staff.key"}
_Key = TypeVar("_Key")


class KeysExist(Exception):
    """There are keys already; they are never overwritten, since what they sealed would be lost."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} exists already, and keys are never overwritten.")
        self.path = path


class KeysUnreadable(Exception):
    """Keys that cannot be used; *why* is one plain sentence an operator can act on."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path}: {why}")
        self.path = path
        self.why = why


@dataclass(frozen=True, slots=True)
class DoorKeys:
    """The door's half: closes to the staff, opens return addresses, knows people by marks."""

    staff: PublicKey
    back: PrivateKey
    secret: bytes = field(repr=False)

    @property
    def salt(self) -> bytes:
        """16 bytes, one for all receipts, since a code is looked up without a user name."""
        return derived(self.secret, "receipt salt", 16)

    def person(self, chat: int) -> str:
        """The mark (32 hex digits) a chat is known by; without the secret nobody can go back."""
        return _mark(derived(self.secret, "person", 32), chat)

    def ticket(self, case_id: str, chat: int) -> str:
        """A case's id, sealed to one chat: 43 letters that tell nobody else which case it is.

        The same each time (RFC 5297, AES-SIV), so that a message that shows it is not changed.
        """
        sealed = self._tickets().encrypt(bytes.fromhex(case_id), [str(chat).encode()])
        return urlsafe_b64encode(sealed).decode().rstrip("=")

    def case_of(self, ticket: str, chat: int) -> str | None:
        """The case of a ticket that was made for this chat; None for any other words."""
        try:
            sealed = urlsafe_b64decode(ticket + "=")
            return self._tickets().decrypt(sealed, [str(chat).encode()]).hex()
        except (ValueError, InvalidTag):
            return None

    def _tickets(self) -> AESSIV:
        return AESSIV(derived(self.secret, "ticket", 32))

    def receipt(self, stretched: bytes) -> bytes:
        """The 32 bytes kept in place of a code."""
        return _hmac(derived(self.secret, "receipt pepper", 32), stretched)

    def letterbox(self, stretched: bytes) -> PrivateKey:
        """What opens a case's letterbox: made anew from the code each time, and never kept."""
        pepper = derived(self.secret, "letterbox pepper", 32)
        halves = (_hmac(_hmac(pepper, stretched), bytes([part])) for part in range(3))
        return PrivateKey.from_bytes(b"".join(halves))

    def locker(self) -> Locker:
        """The door's own box for unfinished talks."""
        return Locker(self.secret)


@dataclass(frozen=True, slots=True)
class StaffKeys:
    """The staff room's half: opens cases and recognises links it has seen before."""

    own: PrivateKey
    back: PublicKey
    secret: bytes = field(repr=False)

    def mark(self, canonical_url: str) -> bytes:
        """16 bytes by which cases with the same link are found; nobody else can make them."""
        return _hmac(derived(self.secret, "link mark", 32), canonical_url.encode())[:16]

    def person(self, user: int) -> str:
        """The mark (32 hex digits) a caseworker's private chat is known by."""
        return _mark(derived(self.secret, "person", 32), user)

    def locker(self) -> Locker:
        """The staff room's own box for unfinished talks."""
        return Locker(self.secret)


def write_new_keys(folder: Path) -> None:
    """Make both key pairs and secrets; KeysExist(path) if there is anything of the kind already.

    Written aside and renamed at the end, so a half-written set is never taken for a whole one.
    """
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for taken in (folder / "door", folder / "staff"):
        if taken.exists():
            raise KeysExist(taken)
    aside = folder / _UNFINISHED
    try:
        aside.mkdir(mode=0o700)
    except FileExistsError:
        raise KeysExist(aside) from None
    staff, back = new_private_key(), new_private_key()
    _write(aside / "door", {"staff.pub": staff.public.as_bytes(), "return.key": back.as_bytes()})
    _write(aside / "staff", {"staff.key": staff.as_bytes(), "return.pub": back.public.as_bytes()})
    for half in ("door", "staff"):
        (aside / half).rename(folder / half)
    _flush(folder)
    aside.rmdir()


def read_door_keys(folder: Path) -> DoorKeys:
    """The door's half, from KEYS/door; KeysUnreadable(path, why) if it cannot be used."""
    half = _checked(folder, "door")
    return DoorKeys(
        _read(half / "staff.pub", PublicKey.from_bytes),
        _read(half / "return.key", PrivateKey.from_bytes),
        _read(half / "secret", _secret),
    )


def read_staff_keys(folder: Path) -> StaffKeys:
    """The staff room's half, from KEYS/staff; KeysUnreadable(path, why) if it cannot be used."""
    half = _checked(folder, "staff")
    return StaffKeys(
        _read(half / "staff.key", PrivateKey.from_bytes),
        _read(half / "return.pub", PublicKey.from_bytes),
        _read(half / "secret", _secret),
    )


def opens_other_half(folder: Path, mine: Half) -> bool:
    """Whether this process, which needs only *mine*, could open the other private key too."""
    other: Half = "staff" if mine == "door" else "door"
    try:
        with (folder / other / _PRIVATE_FILE[other]).open("rb"):
            return True
    except OSError:
        return False


def _mark(key: bytes, number: int) -> str:
    return _hmac(key, str(number).encode()).hex()[:32]


def _hmac(key: bytes, message: bytes) -> bytes:
    return hmac.digest(key, message, hashlib.sha256)


def _write(half: Path, files: Mapping[str, bytes]) -> None:
    half.mkdir(mode=0o700)
    for name, content in {**files, "secret": secrets.token_bytes(SECRET_BYTES)}.items():
        handle = os.open(half / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    _flush(half)


def _flush(folder: Path) -> None:
    """Make names durable too: what is sealed to a key that a power cut takes is lost."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _checked(folder: Path, half: Half) -> Path:
    if (folder / _UNFINISHED).exists():
        raise KeysUnreadable(
            folder / _UNFINISHED,
            "making keys was interrupted. Delete it and what lies beside it, then make new keys.",
        )
    _private(folder / half)
    return folder / half


def _read(path: Path, read: Callable[[bytes], _Key]) -> _Key:
    _private(path)
    try:
        return read(path.read_bytes())
    except ValueError:
        raise KeysUnreadable(path, "it is no key of this kind. Put back the original.") from None
    except OSError as error:
        raise _unreadable(path, error) from None


def _secret(raw: bytes) -> bytes:
    if len(raw) != SECRET_BYTES:
        raise ValueError
    return raw


def _private(path: Path) -> None:
    """KeysUnreadable unless *path* is there and closed to other users of this machine."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise _unreadable(path, error) from None
    if mode & 0o077:
        allowed = "700" if path.is_dir() else "600"
        raise KeysUnreadable(path, f"other users may open it. Run: chmod {allowed} {path}")


def _unreadable(path: Path, error: OSError) -> KeysUnreadable:
    if isinstance(error, FileNotFoundError):
        return KeysUnreadable(path, "it is missing. Put it back, or make new keys.")
    return KeysUnreadable(path, f"it cannot be read ({error.strerror}). Let this user read it.")
