"""Contract packages without their dependencies: what is unpacked and what refused; half of one never stands."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fixtures.localchain import project_root
from tools import packages
from tools.packages import MARK, Package, PackageError, fetch, install, read_list, unpack

Member = tuple[str, bytes] | tarfile.TarInfo


def archive(path: Path, *members: Member) -> str:
    """Write an archive as npm makes them and return its integrity."""
    with tarfile.open(path, "w:gz") as tar:
        for member in members:
            if isinstance(member, tarfile.TarInfo):
                tar.addfile(member)
                continue
            info = tarfile.TarInfo(member[0])
            info.size = len(member[1])
            tar.addfile(info, io.BytesIO(member[1]))
    return "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()


def special(name: str, kind: bytes, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Package]:
    """Return a function that makes an archive, and a package that is fetched from it."""
    kept: dict[str, Path] = {}

    def make(*members: Member, folder: str = "@scope/some", keep: tuple[str, ...] = ()) -> Package:
        path = tmp_path / f"{len(kept)}.tgz"
        integrity = archive(path, *members)
        kept[integrity] = path
        return Package("@scope/some", "1.2.3", integrity, folder, keep)

    monkeypatch.setattr(
        packages, "fetch", lambda wanted, into: {package.integrity: kept[package.integrity] for package in wanted}
    )
    return make


def files(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_only_wanted_folders_are_kept_and_a_second_run_does_nothing(
    made: Callable[..., Package], tmp_path: Path
) -> None:
    package = made(
        ("package/package.json", b"{}"),
        ("package/contracts/deep/A.sol", b"contract A {}"),
        ("package/contracts-old/B.sol", b"contract B {}"),
        ("package/build/A.json", b"{}"),
        keep=("contracts",),
    )
    modules = tmp_path / "node_modules"
    assert install([package], modules) == ["@scope/some"]
    assert files(modules) == [f"@scope/some/{name}" for name in (MARK, "contracts/deep/A.sol", "package.json")]
    stamp = (modules / "@scope/some" / MARK).stat().st_mtime_ns
    assert install([package], modules) == []
    assert (modules / "@scope/some" / MARK).stat().st_mtime_ns == stamp


def test_another_version_takes_the_place_of_the_first(made: Callable[..., Package], tmp_path: Path) -> None:
    modules = tmp_path / "node_modules"
    install([made(("package/old.sol", b"1"))], modules)
    install([made(("package/new.sol", b"2"))], modules)
    assert files(modules) == [f"@scope/some/{name}" for name in (MARK, "new.sol")]


def test_two_versions_stand_side_by_side_and_what_is_no_longer_listed_goes(
    made: Callable[..., Package], tmp_path: Path
) -> None:
    modules = tmp_path / "node_modules"
    one, two = made(("package/a.sol", b"1"), folder="some-1"), made(("package/a.sol", b"2"), folder="some-2")
    (modules / "of-npm").mkdir(parents=True)
    assert install([one, two], modules) == ["some-1", "some-2"]
    assert install([two], modules) == []
    assert sorted(path.name for path in modules.iterdir()) == ["of-npm", "some-2"]


def test_a_package_of_npm_is_not_touched(made: Callable[..., Package], tmp_path: Path) -> None:
    place = tmp_path / "node_modules" / "@scope" / "some"
    place.mkdir(parents=True)
    (place / "theirs.sol").write_text("contract Theirs {}")
    with pytest.raises(PackageError, match="in node_modules already"):
        install([made(("package/a.sol", b"1"))], tmp_path / "node_modules")
    assert files(place) == ["theirs.sol"]


@pytest.mark.parametrize(
    "member",
    [
        ("package/../../out.sol", b"1"),
        ("../out.sol", b"1"),
        ("/out.sol", b"1"),
        ("package/..\\..\\out.sol", b"1"),
        ("package/C:/out.sol", b"1"),
        ("package//out.sol", b"1"),
        ("package/./out.sol", b"1"),
        special("package/link", tarfile.SYMTYPE, "/etc/passwd"),
        special("package/link", tarfile.LNKTYPE, "package/a.sol"),
        special("package/pipe", tarfile.FIFOTYPE),
        special("package/device", tarfile.CHRTYPE),
    ],
)
def test_a_hostile_archive_is_refused_and_leaves_nothing(
    made: Callable[..., Package], tmp_path: Path, member: Member
) -> None:
    modules = tmp_path / "deep" / "node_modules"
    with pytest.raises(PackageError):
        install([made(("package/a.sol", b"1"), member)], modules)
    assert [path for path in (tmp_path / "deep").rglob("*") if path != modules] == []
    assert not (tmp_path / "out.sol").exists()


def test_a_bomb_is_refused(made: Callable[..., Package], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packages, "MAX_BYTES", 1000)
    with pytest.raises(PackageError, match="more than 1000 bytes"):
        install([made(("package/a.sol", b"0" * 600), ("package/b.sol", b"0" * 600))], tmp_path / "node_modules")


def test_another_archive_than_the_listed_one_is_refused(tmp_path: Path) -> None:
    real = archive(tmp_path / "real.tgz", ("package/a.sol", b"1"))
    archive(tmp_path / "other.tgz", ("package/a.sol", b"2"))
    with pytest.raises(PackageError, match="not the one"):
        unpack(tmp_path / "other.tgz", Package("some", "1.0.0", real, "some"), tmp_path / "into")
    assert not (tmp_path / "into").exists()


def test_a_wanted_folder_that_is_not_there_is_told(made: Callable[..., Package], tmp_path: Path) -> None:
    with pytest.raises(PackageError, match="has no contracts"):
        install([made(("package/a.sol", b"1"), keep=("contracts",))], tmp_path / "node_modules")
    assert not (tmp_path / "node_modules" / "@scope").exists()


def test_a_broken_archive_is_told(tmp_path: Path) -> None:
    path = tmp_path / "broken.tgz"
    path.write_bytes(b"not an archive")
    integrity = "sha512-" + base64.b64encode(hashlib.sha512(path.read_bytes()).digest()).decode()
    with pytest.raises(PackageError):
        unpack(path, Package("some", "1.0.0", integrity, "some"), tmp_path / "into")


GOOD = {"name": "some", "version": "1.2.3", "integrity": "sha512-" + "A" * 86 + "=="}


@pytest.mark.parametrize(
    "change",
    [
        {"name": "../some"},
        {"name": "--registry=elsewhere"},
        {"version": "latest"},
        {"version": "git+ssh://somewhere"},
        {"integrity": "sha1-AAAA"},
        {"as": "../../out"},
        {"as": "@scope/../out"},
        {"keep": ["../other"]},
        {"unknown": 1},
    ],
)
def test_a_list_that_is_not_well_formed_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    path = tmp_path / "packages.json"
    path.write_text(json.dumps([GOOD]))
    assert read_list(path) == [Package("some", "1.2.3", GOOD["integrity"], "some")]
    path.write_text(json.dumps([GOOD | change]))
    with pytest.raises(PackageError):
        read_list(path)


@pytest.mark.parametrize("text", ["{", "{}x", "[1]", '{"name": 1}'])
def test_a_list_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "packages.json"
    path.write_text(text)
    with pytest.raises(PackageError):
        read_list(path)


def test_a_folder_is_named_once(tmp_path: Path) -> None:
    path = tmp_path / "packages.json"
    path.write_text(json.dumps([GOOD, GOOD | {"version": "2.0.0"}]))
    with pytest.raises(PackageError, match="named twice: some"):
        read_list(path)


def test_npm_brings_what_the_list_names(tmp_path: Path) -> None:
    listed = {package.folder: package for package in read_list(project_root() / packages.LIST)}
    small = listed["@paulrberg/contracts"]
    assert set(fetch([small], tmp_path)) == {small.integrity}
    unpack(next(tmp_path.glob("*.tgz")), small, tmp_path / "into")
    assert (tmp_path / "into" / "math" / "PRBMath.sol").is_file()
    wrong = Package(small.name, small.version, GOOD["integrity"], small.folder)
    with pytest.raises(PackageError, match="no archive with the digest"):
        fetch([wrong], tmp_path)


def test_all_that_is_listed_is_there() -> None:
    for package in read_list(project_root() / packages.LIST):
        folder = project_root() / "node_modules" / package.folder
        assert (folder / MARK).read_text(encoding="utf-8") == package.mark()
        assert json.loads((folder / "package.json").read_text(encoding="utf-8"))["version"] == package.version
