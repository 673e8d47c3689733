"""Bundles hold exactly what their manifest says, or they are refused."""

from __future__ import annotations

import io
import stat
import warnings
import zipfile
from collections.abc import Callable

import pytest

from scanner.bundle.archive import MANIFEST, Manifest, listed, manifest_bytes, pack, unpack
from scanner.model.errors import UsageError

FILES = {"snapshot.json": b"{}\n", "reports/report.html": b"<p>one</p>" * 100}


def manifest(files: dict[str, bytes]) -> Manifest:
    return Manifest(
        tool_version="1",
        target="eip155:1:0x" + "11" * 20,
        block_number=7,
        block_hash="0x" + "22" * 32,
        as_of=1_700_000_000,
        settings={"lang": "en"},
        files=listed(files),
    )


def test_what_was_packed_comes_out() -> None:
    opened = unpack(pack(FILES, manifest(FILES)), "x.zip")
    assert dict(opened.files) == FILES
    assert opened.manifest == manifest(FILES)


def test_same_content_same_bytes_in_any_order() -> None:
    turned = dict(reversed(FILES.items()))
    assert pack(FILES, manifest(FILES)) == pack(turned, manifest(turned))


def rebuilt(change: Callable[[zipfile.ZipFile], None], *, skip: tuple[str, ...] = ()) -> bytes:
    """Return a bundle with something done to it by a stranger."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # zipfile warns of the duplicate that is wanted here
        for path, data in ((MANIFEST, manifest_bytes(manifest(FILES))), *FILES.items()):
            if path not in skip:
                archive.writestr(path, data)
        change(archive)
    return out.getvalue()


def link(archive: zipfile.ZipFile) -> None:
    entry = zipfile.ZipInfo("reports/link")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive.writestr(entry, "/etc/passwd")


HOSTILE = {
    "an extra file": (lambda a: a.writestr("extra.txt", b"x"), (), "not in the manifest"),
    "a missing file": (lambda a: None, ("snapshot.json",), "not in the archive"),
    "another content": (lambda a: a.writestr("snapshot.json", b"{ }"), ("snapshot.json",), "not the file"),
    "the same name twice": (lambda a: a.writestr("snapshot.json", b"{}\n"), (), "two files"),
    "a way out": (lambda a: a.writestr("../evil", b"x"), (), "no bundle may hold"),
    "an absolute path": (lambda a: a.writestr("/evil", b"x"), (), "no bundle may hold"),
    "a backslash": (lambda a: a.writestr("a\\..\\evil", b"x"), (), "no bundle may hold"),
    "a dot": (lambda a: a.writestr("a/./b", b"x"), (), "no bundle may hold"),
    "an override": (lambda a: a.writestr("a\u202ecod.txt", b"x"), (), "no bundle may hold"),
    "a link": (link, (), "a link"),
    "a bomb": (lambda a: a.writestr("bomb", bytes(64 * 2**20)), (), "times its size"),
    "no manifest": (lambda a: None, (MANIFEST,), "holds no manifest"),
    "a manifest of something else": (
        lambda a: a.writestr(MANIFEST, b'{"files": 1}'),
        (MANIFEST,),
        "not what it should",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bundles_are_refused(name: str) -> None:
    change, skip, said = HOSTILE[name]
    with pytest.raises(UsageError, match=said):
        unpack(rebuilt(change, skip=skip), "x.zip")


@pytest.mark.parametrize("cut", [0, 10, 200, 600])
def test_cut_off_archives_are_refused(cut: int) -> None:
    with pytest.raises(UsageError, match="not a sound bundle"):
        unpack(pack(FILES, manifest(FILES))[:cut], "x.zip")


def test_every_flipped_byte_of_a_member_is_noticed() -> None:
    data = pack(FILES, manifest(FILES))
    untouched = unpack(data, "x.zip")
    for place in range(0, len(data), 37):
        broken = bytearray(data)
        broken[place] ^= 0x41
        try:
            opened = unpack(bytes(broken), "x.zip")
        except UsageError:
            continue
        assert opened == untouched  # a time or an attribute, which says nothing


def test_names_are_checked_when_packing() -> None:
    with pytest.raises(UsageError, match="no bundle may hold"):
        listed({"../x": b""})
