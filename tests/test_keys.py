"""The key folders: written once, closed to others, and read with a plain word on what is wrong."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from storage.keys import (
    DoorKeys,
    KeysExist,
    KeysUnreadable,
    StaffKeys,
    opens_other_half,
    read_door_keys,
    read_staff_keys,
    write_new_keys,
)
from storage.seal import Place, seal, unseal

HERE = Place("c" * 32, "link")
CHAT = 7_123_456_789


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Fresh keys that a test may spoil."""
    write_new_keys(tmp_path / "keys")
    return tmp_path / "keys"


def _contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_each_half_gets_its_own_private_key_and_the_others_public_one(folder: Path) -> None:
    assert sorted(_contents(folder)) == [
        "door/return.key",
        "door/secret",
        "door/staff.pub",
        "staff/return.pub",
        "staff/secret",
        "staff/staff.key",
    ]
    assert [path.name for path in sorted(folder.iterdir())] == ["door", "staff"]


def test_folders_and_files_are_closed_to_others(folder: Path) -> None:
    modes = {path: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}

    assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
    assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}


def test_the_door_closes_what_only_the_staff_open_and_back(folder: Path) -> None:
    door, staff = read_door_keys(folder), read_staff_keys(folder)

    assert unseal(seal(b"words", door.staff, HERE), staff.own, HERE) == b"words"
    assert unseal(seal(b"address", staff.back, HERE), door.back, HERE) == b"address"
    assert door.secret != staff.secret


@pytest.mark.parametrize("left", ["door", "staff", ".unfinished"])
def test_keys_are_never_overwritten(folder: Path, left: str) -> None:
    for half in ("door", "staff"):
        if half != left:
            (folder / half).rename(folder.parent / half)
    (folder / left).mkdir(exist_ok=True)
    before = _contents(folder)

    with pytest.raises(KeysExist, match="never overwritten") as exist:
        write_new_keys(folder)

    assert exist.value.path == folder / left
    assert _contents(folder) == before


def test_keys_may_be_made_in_a_folder_that_is_there(tmp_path: Path) -> None:
    write_new_keys(tmp_path)

    assert read_door_keys(tmp_path).back.public.as_bytes() == (
        read_staff_keys(tmp_path).back.as_bytes()
    )


def test_each_half_is_read_without_the_other(folder: Path) -> None:
    (folder / "staff").rename(folder.parent / "away")

    assert isinstance(read_door_keys(folder), DoorKeys)
    assert not opens_other_half(folder, "door")


def _interrupt(folder: Path) -> Path:
    (folder / ".unfinished").mkdir()
    return folder / ".unfinished"


def _lose_the_folder(folder: Path) -> Path:
    (folder / "staff").rename(folder / "elsewhere")
    return folder / "staff"


def _lose_a_file(folder: Path) -> Path:
    (folder / "staff" / "secret").unlink()
    return folder / "staff" / "secret"


def _cut(folder: Path, name: str) -> Path:
    path = folder / "staff" / name
    path.write_bytes(path.read_bytes()[:-1])
    return path


def _open_to_all(path: Path, mode: int) -> Path:
    path.chmod(mode)
    return path


def _put_a_file_in_the_way(folder: Path) -> Path:
    (folder / "staff").rename(folder / "elsewhere")
    (folder / "staff").write_bytes(b"")
    (folder / "staff").chmod(0o600)
    return folder / "staff" / "staff.key"


def _put_a_folder_in_the_way(folder: Path) -> Path:
    (folder / "staff" / "staff.key").unlink()
    (folder / "staff" / "staff.key").mkdir(mode=0o700)
    return folder / "staff" / "staff.key"


SPOILT: dict[str, tuple[Callable[[Path], Path], str]] = {
    "interrupted": (_interrupt, "making keys was interrupted"),
    "no folder": (_lose_the_folder, "it is missing"),
    "no secret": (_lose_a_file, "it is missing"),
    "private key cut": (lambda folder: _cut(folder, "staff.key"), "it is no key of this kind"),
    "public key cut": (lambda folder: _cut(folder, "return.pub"), "it is no key of this kind"),
    "secret cut": (lambda folder: _cut(folder, "secret"), "it is no key of this kind"),
    "folder open": (lambda folder: _open_to_all(folder / "staff", 0o755), "Run: chmod 700"),
    "file open": (lambda folder: _open_to_all(folder / "staff/secret", 0o640), "Run: chmod 600"),
    "a file for a folder": (_put_a_file_in_the_way, "it cannot be read (Not a directory)"),
    "a folder for a file": (_put_a_folder_in_the_way, "it cannot be read (Is a directory)"),
}


@pytest.mark.parametrize(("spoil", "why"), SPOILT.values(), ids=SPOILT)
def test_what_is_wrong_is_said_in_one_plain_sentence(
    folder: Path, spoil: Callable[[Path], Path], why: str
) -> None:
    path = spoil(folder)

    with pytest.raises(KeysUnreadable, match=re.escape(why)) as unreadable:
        read_staff_keys(folder)

    assert unreadable.value.path == path
    assert why in unreadable.value.why
    assert str(path) in str(unreadable.value)


def test_a_process_learns_that_it_could_open_the_other_half(folder: Path) -> None:
    assert opens_other_half(folder, "door")
    assert opens_other_half(folder, "staff")

    (folder / "door" / "return.key").unlink()

    assert not opens_other_half(folder, "staff")


def test_a_person_has_one_mark_and_it_is_not_their_chat(door_keys: DoorKeys) -> None:
    mark = door_keys.person(CHAT)

    assert re.fullmatch("[0-9a-f]{32}", mark)
    assert mark == door_keys.person(CHAT) != door_keys.person(CHAT + 1)
    assert f"{CHAT:x}" not in mark


def test_without_the_secret_nobody_makes_the_same_marks(folder: Path, door_keys: DoorKeys) -> None:
    others = read_door_keys(folder)

    assert others.person(CHAT) != door_keys.person(CHAT)
    assert others.receipt(b"s" * 32) != door_keys.receipt(b"s" * 32)
    assert others.salt != door_keys.salt


def test_door_and_staff_do_not_share_marks(door_keys: DoorKeys, staff_keys: StaffKeys) -> None:
    assert staff_keys.person(CHAT) != door_keys.person(CHAT)


def test_a_ticket_tells_its_case_to_one_chat_alone(door_keys: DoorKeys) -> None:
    case = "0123456789abcdef" * 2
    ticket = door_keys.ticket(case, 1)

    assert len(ticket) == 43
    assert ticket == door_keys.ticket(case, 1) != door_keys.ticket(case, 2)
    assert door_keys.case_of(ticket, 1) == case
    assert door_keys.case_of(ticket, 2) is None
    assert door_keys.case_of("0" * 43, 1) is None
    assert door_keys.case_of("é", 1) is None


def test_a_receipt_is_32_bytes_and_the_salt_16(door_keys: DoorKeys) -> None:
    assert len(door_keys.receipt(b"s" * 32)) == 32
    assert len(door_keys.salt) == 16


def test_the_same_link_has_the_same_mark(staff_keys: StaffKeys) -> None:
    mark = staff_keys.mark("https://zz-invented.example.org/1")

    assert len(mark) == 16
    assert mark == staff_keys.mark("https://zz-invented.example.org/1")
    assert mark != staff_keys.mark("https://zz-invented.example.org/2")


def test_each_process_opens_only_its_own_box(door_keys: DoorKeys, staff_keys: StaffKeys) -> None:
    locked = staff_keys.locker().lock(b"words", "name")

    assert staff_keys.locker().unlock(locked, "name") == b"words"
    with pytest.raises(Exception, match="altered"):
        door_keys.locker().unlock(locked, "name")


def test_no_key_shows_its_secret(door_keys: DoorKeys, staff_keys: StaffKeys) -> None:
    for keys in (door_keys, staff_keys):
        assert "secret" not in repr(keys)
        assert repr(keys.secret)[2:-1] not in repr(keys)
