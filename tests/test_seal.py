"""Sealing: it opens with the right key at the right place, and otherwise not at all."""

import itertools
import json
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite
from hypothesis import given
from hypothesis import strategies as st

from storage.seal import (
    Locker,
    NotOpened,
    Place,
    PrivateKey,
    PublicKey,
    TooLong,
    derived,
    new_private_key,
    seal,
    unseal,
)

KNOWN = json.loads(Path(__file__).with_name("known_envelope.json").read_text())

KEY = new_private_key()
HERE = Place("c" * 32, "link-1")
BUCKETS = [512 << step for step in range(8)]
LARGEST = BUCKETS[-1] - 4
OVERHEAD = 3 + 8 + 1120 + 16  # format, key id, what opens the key, tag

PLACES = [
    Place(case, field, version)
    for case in ("case-1", "case-2")
    for field in ("link-1", "link-2", "note")
    for version in (1, 2)
]


@given(st.binary(max_size=3000))
def test_what_is_sealed_opens_again(plain: bytes) -> None:
    assert unseal(seal(plain, KEY.public, HERE), KEY, HERE) == plain


@pytest.mark.parametrize("size", [0, 1, 508, 509, 1020, 1021, LARGEST])
def test_lengths_fall_in_buckets(size: int) -> None:
    sealed = seal(b"x" * size, KEY.public, HERE)

    assert len(sealed) - OVERHEAD == min(b for b in BUCKETS if b >= size + 4)
    assert len(unseal(sealed, KEY, HERE)) == size


def test_more_than_the_largest_bucket_is_too_long() -> None:
    with pytest.raises(TooLong):
        seal(b"x" * (LARGEST + 1), KEY.public, HERE)


def test_the_same_words_never_look_the_same() -> None:
    assert seal(b"words", KEY.public, HERE) != seal(b"words", KEY.public, HERE)


@pytest.mark.parametrize(("there", "elsewhere"), [*itertools.permutations(PLACES, 2)])
def test_what_is_moved_to_another_place_does_not_open(there: Place, elsewhere: Place) -> None:
    with pytest.raises(NotOpened):
        unseal(seal(b"words", KEY.public, there), KEY, elsewhere)


places = st.builds(Place, st.text(), st.text(), st.integers(min_value=0))


@given(places, places)
def test_two_places_never_give_the_same_bytes(one: Place, other: Place) -> None:
    assert (one == other) == (one.as_bytes() == other.as_bytes())


def test_letters_moved_between_case_and_field_make_another_place() -> None:
    assert Place("ab", "c").as_bytes() != Place("a", "bc").as_bytes()


def test_no_byte_of_an_envelope_can_be_changed() -> None:
    sealed = seal(b"words", KEY.public, HERE)

    for at, flip in itertools.product(range(len(sealed)), (0x01, 0x80)):
        changed = bytearray(sealed)
        changed[at] ^= flip
        with pytest.raises(NotOpened):
            unseal(bytes(changed), KEY, HERE)


@pytest.mark.parametrize("kept", [0, 2, 3, 10, 11, 12, 1131, 1132, -1])
def test_a_cut_envelope_does_not_open(kept: int) -> None:
    with pytest.raises(NotOpened):
        unseal(seal(b"words", KEY.public, HERE)[:kept], KEY, HERE)


def test_an_unknown_format_is_an_error_and_not_a_guess() -> None:
    newer = b"FD\x02" + seal(b"words", KEY.public, HERE)[3:]

    with pytest.raises(NotOpened, match="unknown format"):
        unseal(newer, KEY, HERE)


def test_another_key_is_named_as_the_reason() -> None:
    with pytest.raises(NotOpened, match="another key"):
        unseal(seal(b"words", KEY.public, HERE), new_private_key(), HERE)


@pytest.mark.parametrize(
    "padded", [b"", b"\0\0", (9).to_bytes(4) + b"short", (1).to_bytes(4) + b"a" + b"\0\0b"]
)
def test_what_somebody_else_filled_badly_does_not_open(padded: bytes) -> None:
    header = b"FD\x01" + KEY.id
    suite = Suite(KEM.MLKEM768_X25519, KDF.HKDF_SHA256, AEAD.CHACHA20_POLY1305)
    sealed = header + suite.encrypt(padded, KEY.public.key, info=header + HERE.as_bytes())

    with pytest.raises(NotOpened, match="badly filled"):
        unseal(sealed, KEY, HERE)


def test_an_envelope_of_the_first_version_still_opens() -> None:
    """If this fails, the format has changed: give it a new number and keep reading the old one."""
    key = PrivateKey.from_bytes(bytes.fromhex(KNOWN["private_key"]))
    place = Place(KNOWN["case"], KNOWN["field"], KNOWN["version"])

    assert unseal(bytes.fromhex(KNOWN["sealed"]), key, place).decode() == KNOWN["plain"]


def test_a_box_of_the_first_version_still_opens() -> None:
    locker = Locker(bytes.fromhex(KNOWN["secret"]))

    assert locker.unlock(bytes.fromhex(KNOWN["locked"]), KNOWN["name"]).decode() == KNOWN["plain"]


def test_keys_survive_being_written_down() -> None:
    again = PrivateKey.from_bytes(KEY.as_bytes())
    public = PublicKey.from_bytes(KEY.public.as_bytes())

    assert again.as_bytes() == KEY.as_bytes()
    assert again.id == KEY.id == public.id
    assert unseal(seal(b"words", public, HERE), again, HERE) == b"words"


@pytest.mark.parametrize("kind", [PublicKey, PrivateKey])
@pytest.mark.parametrize("size", [0, 32, 95, 97, 1215, 1217])
def test_bytes_of_another_length_are_no_key(
    kind: type[PublicKey] | type[PrivateKey], size: int
) -> None:
    with pytest.raises(ValueError, match="bytes"):
        kind.from_bytes(bytes(size))


def test_no_key_shows_its_secret() -> None:
    assert KEY.as_bytes()[:8].hex() not in repr(KEY)
    assert repr(KEY.as_bytes())[2:20] not in repr(KEY)


@given(st.binary(max_size=2000), st.text())
def test_what_is_locked_unlocks_under_its_name(plain: bytes, name: str) -> None:
    locker = Locker(b"s" * 32)

    locked = locker.lock(plain, name)

    assert Locker(b"s" * 32).unlock(locked, name) == plain
    assert (len(locked) - 3 - 12 - 16) % 256 == 0


def test_a_box_opens_neither_under_another_name_nor_with_another_secret() -> None:
    locked = Locker(b"s" * 32).lock(b"words", "draft:a")

    with pytest.raises(NotOpened):
        Locker(b"s" * 32).unlock(locked, "draft:b")
    with pytest.raises(NotOpened):
        Locker(b"t" * 32).unlock(locked, "draft:a")


def test_no_byte_of_a_box_can_be_changed() -> None:
    locker = Locker(b"s" * 32)
    locked = locker.lock(b"words", "name")

    for at in range(len(locked)):
        changed = bytearray(locked)
        changed[at] ^= 1
        with pytest.raises(NotOpened):
            locker.unlock(bytes(changed), "name")


@pytest.mark.parametrize("kept", [0, 3, 14, 15, 30])
def test_a_cut_box_does_not_open(kept: int) -> None:
    locker = Locker(b"s" * 32)

    with pytest.raises(NotOpened):
        locker.unlock(locker.lock(b"words", "name")[:kept], "name")


def test_one_secret_gives_each_purpose_its_own_key() -> None:
    assert derived(b"s" * 32, "one", 32) != derived(b"s" * 32, "other", 32)
