"""A bundle has one form: what is not of it is found before anything is read or written."""

import io
import random
import stat
import zipfile

import pytest

from toolkit.sharing import archive
from toolkit.sharing.archive import pack, unpack

FILES = {"a.txt": b"one", "b/é.txt": b"two" * 50, "empty": b""}


def rules(path) -> set[str]:
    return {fault.rule for fault in unpack(path)[1]}


def zipped(entries, **options) -> bytes:
    """Return a zip as another program would write it."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", **options) as written:
        for entry, content in entries:
            written.writestr(entry, content)
    return target.getvalue()


@pytest.fixture
def write(tmp_path):
    def written(content: bytes):
        path = tmp_path / "bundle.zip"
        path.write_bytes(content)
        return path

    return written


def test_what_is_packed_is_unpacked(write):
    assert unpack(write(pack(FILES))) == (FILES, [])


def test_any_byte_changed_is_found(write):
    content = pack(FILES)
    for place in range(len(content)):
        changed = bytearray(content)
        changed[place] ^= 1 << random.Random(place).randrange(8)
        files, faults = unpack(write(bytes(changed)))
        assert faults or files != FILES, place


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content + b"x",
        lambda content: b"x" + content,
        lambda content: content[:-2] + b"\x01\x00x",  # a comment
        lambda content: content[:-1],
        lambda content: zipped(sorted(FILES.items(), reverse=True)),
        lambda content: zipped([(zipfile.ZipInfo(name), data) for name, data in FILES.items()]),
        lambda content: b"",
        lambda content: b"PK no zip",
    ],
)
def test_what_no_file_holds_is_found(write, change):
    assert rules(write(change(pack(FILES)))) & {"zip_form", "zip_damaged"}


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name)
    found.create_system, found.external_attr = 3, mode << 16
    return found


@pytest.mark.parametrize(
    ("entries", "rule"),
    [
        ([(entry("link", stat.S_IFLNK | 0o777), "/etc/passwd")], "zip_kind"),
        ([(entry("pipe", stat.S_IFIFO | 0o644), "")], "zip_kind"),
        ([("folder/", "")], "zip_kind"),
        ([("../../outside.txt", "x")], "name_outside"),
        ([("a.txt", "x"), ("A.TXT", "y")], "name_twice"),
    ],
)
def test_what_leads_elsewhere_is_not_read(write, entries, rule):
    path = write(zipped(entries))
    assert unpack(path)[0] == {}
    assert rule in rules(path)


def test_two_entries_of_one_name_are_found(write):
    with pytest.warns(UserWarning, match="Duplicate name"):
        path = write(zipped([("a.txt", "x"), ("a.txt", "y")]))
    assert "name_twice" in rules(path)


def test_a_bomb_is_refused_before_it_is_read(write):
    bomb = zipped([("zeros", b"\0" * 50_000_000)], compression=zipfile.ZIP_DEFLATED)
    assert len(bomb) < 60_000
    assert rules(write(bomb)) == {"zip_size", "zip_compressed"}


def test_a_file_too_large_is_not_opened(write, monkeypatch):
    monkeypatch.setattr(archive, "MOST_BYTES", 100)
    assert rules(write(pack(FILES))) == {"zip_size"}
