"""The archive of a bundle: a ZIP file with a manifest of SHA-256 digests; the same content gives the same bytes."""

from __future__ import annotations

import hashlib
import io
import re
import stat
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import Field, ValidationError

from scanner.model.errors import UsageError
from scanner.model.values import Int, Model

MANIFEST = "manifest.json"
MAX_FILES = 20_000
MAX_BYTES = 4 * 2**30
MAX_RATIO = 300
"""Deflate cannot do better than about 1,000 to 1; what people write stays below 100."""
RATIO_FREE = 16 * 2**20
"""Below this many bytes in all a file may be as repetitive as it likes."""
_EPOCH = (1980, 1, 1, 0, 0, 0)
_NAME = re.compile(r"[A-Za-z0-9._+@ -]+(/[A-Za-z0-9._+@ -]+)*\Z")
_HINT = "do not use it; ask whoever made it for it again"


class PackedFile(Model):
    """One file of the bundle."""

    path: str
    size: Int
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(Model):
    """What a bundle holds. Sign this file (or the archive) to stand behind it."""

    schema_version: Literal["1"] = "1"
    tool_version: str
    target: str = Field(description="CAIP-10 account id")
    block_number: Int
    block_hash: str
    as_of: Int
    settings: dict[str, str] = Field(description="how the reports were made: language, formats, what was asked for")
    files: tuple[PackedFile, ...]


@dataclass(frozen=True)
class Opened:
    """A bundle that holds what its manifest says, nothing else."""

    manifest: Manifest
    manifest_sha256: str
    files: Mapping[str, bytes]


def pack(files: Mapping[str, bytes], manifest: Manifest) -> bytes:
    """Return the archive of `files` with `manifest` as its first member. Times and order are fixed."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path, data in ((MANIFEST, manifest_bytes(manifest)), *sorted(files.items())):
            entry = zipfile.ZipInfo(path, _EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            archive.writestr(entry, data)
    return out.getvalue()


def listed(files: Mapping[str, bytes]) -> tuple[PackedFile, ...]:
    """Return the entries of a manifest for `files`, by path. Raises UsageError for a name that no bundle may hold."""
    for path in files:
        _check_name(path, path)
    return tuple(
        PackedFile(path=path, size=len(data), sha256=hashlib.sha256(data).hexdigest())
        for path, data in sorted(files.items())
    )


def manifest_bytes(manifest: Manifest) -> bytes:
    """Return the manifest as it stands in the archive."""
    return manifest.model_dump_json(indent=1).encode() + b"\n"


def unpack(data: bytes, where: str) -> Opened:
    """Return what a bundle holds. Raises UsageError for anything but exactly what its manifest lists."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            found = _members(archive, where)
    except (zipfile.BadZipFile, EOFError, ValueError, RuntimeError, OSError) as error:
        raise _refused(f"the archive is damaged or no ZIP file: {error}"[:200], where) from error
    except Exception as error:
        if type(error).__module__ == "zlib":
            raise _refused("the archive is damaged", where) from error
        raise
    raw = found.pop(MANIFEST, None)
    if raw is None:
        raise _refused(f"it holds no {MANIFEST}", where)
    manifest = _manifest(raw, where)
    _compare(manifest, found, where)
    return Opened(manifest, hashlib.sha256(raw).hexdigest(), found)


def _members(archive: zipfile.ZipFile, where: str) -> dict[str, bytes]:
    entries = archive.infolist()
    if len(entries) > MAX_FILES:
        raise _refused(f"it holds {len(entries)} files; {MAX_FILES} are the limit", where)
    found: dict[str, bytes] = {}
    left = MAX_BYTES
    for entry in entries:
        _check_entry(entry, where)
        if entry.filename in found:
            raise _refused(f"two files are named {entry.filename[:80]!r}", where)
        left -= entry.file_size
        if left < 0:
            raise _refused(f"unpacked it is larger than {MAX_BYTES} bytes", where)
        if entry.file_size > RATIO_FREE and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
            raise _refused(f"{entry.filename[:80]!r} unpacks to more than {MAX_RATIO} times its size", where)
        with archive.open(entry) as member:
            content = member.read(entry.file_size + 1)
        if len(content) != entry.file_size:
            raise _refused(f"{entry.filename[:80]!r} is not as long as it says", where)
        found[entry.filename] = content
    return found


def _check_entry(entry: zipfile.ZipInfo, where: str) -> None:
    _check_name(entry.filename, where)
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in (0, stat.S_IFREG):
        raise _refused(f"{entry.filename[:80]!r} is a link, a folder or a device", where)
    if entry.flag_bits & 0x1:
        raise _refused(f"{entry.filename[:80]!r} is encrypted", where)
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise _refused(f"{entry.filename[:80]!r} is packed in a way that bundles do not use", where)


def _check_name(path: str, where: str) -> None:
    parts = path.split("/")
    if len(path) > 400 or not _NAME.match(path) or any(part.strip(". ") == "" for part in parts):
        raise _refused(f"a file is named {path[:80]!r}, which no bundle may hold", where)


def _manifest(raw: bytes, where: str) -> Manifest:
    try:
        return Manifest.model_validate_json(raw)
    except ValidationError as error:
        fault = error.errors(include_input=False, include_context=False, include_url=False)[0]
        place = ".".join(str(step) for step in fault["loc"])[:80]
        raise _refused(f"{MANIFEST} is not what it should be at {place or 'its beginning'}", where) from error


def _compare(manifest: Manifest, found: Mapping[str, bytes], where: str) -> None:
    named = {one.path: one for one in manifest.files}
    if len(named) != len(manifest.files):
        raise _refused("the manifest names a file twice", where)
    for path in sorted(found.keys() - named.keys()):
        raise _refused(f"{path[:80]!r} is not in the manifest", where)
    for path, one in sorted(named.items()):
        if path not in found:
            raise _refused(f"{path[:80]!r} is in the manifest and not in the archive", where)
        if len(found[path]) != one.size or hashlib.sha256(found[path]).hexdigest() != one.sha256:
            raise _refused(f"{path[:80]!r} is not the file that the manifest describes", where)


def _refused(what: str, where: str) -> UsageError:
    return UsageError(f"not a sound bundle: {what}", where=where, hint=_HINT)
