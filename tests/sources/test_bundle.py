from __future__ import annotations

import hashlib
import json
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scanner.model.observation import Reason
from scanner.model.snapshot import SourceBundle
from scanner.sources import bundle as module
from scanner.sources.bundle import BundleError, build_bundle, source_id, standard_json
from scanner.sources.paths import BadPath, check_tree, safe_path
from scanner.sources.strict import NotReadable, canonical, read_json
from tests.sources.support import COMPILER, STANDARD


def build(standard: Any, contract: str = "contracts/Club.sol:Club") -> SourceBundle:
    return build_bundle(standard, contract=contract, compiler=COMPILER, provider="test")


def of_files(*paths: str, **settings: Any) -> dict[str, Any]:
    return {
        "language": "Solidity",
        "sources": {path: {"content": f"// {number}\n"} for number, path in enumerate(paths)},
        "settings": settings,
    }


def test_there_and_back() -> None:
    bundle = build(STANDARD)
    again = standard_json(bundle)
    assert again["sources"] == STANDARD["sources"]
    assert again["settings"] == {"optimizer": {"enabled": True, "runs": 200}}
    assert bundle.source_id == hashlib.sha256(canonical(again).encode()).hexdigest() == source_id(bundle)
    assert build(again) == bundle


def test_equal_source_has_equal_ids_whatever_the_order_and_the_wanted_outputs() -> None:
    turned = {
        "settings": {"outputSelection": {}, "optimizer": {"enabled": True, "runs": 200}, "stopAfter": "parsing"},
        "sources": dict(reversed(STANDARD["sources"].items())),
        "language": "Solidity",
    }
    assert build(turned).source_id == build(STANDARD).source_id


def test_a_changed_letter_changes_the_id() -> None:
    changed = json.loads(json.dumps(STANDARD))
    changed["sources"]["contracts/Base.sol"]["content"] += " "
    assert build(changed).source_id != build(STANDARD).source_id


@pytest.mark.parametrize(
    ("given_path", "kept"),
    [
        ("contracts/A.sol", "contracts/A.sol"),
        ("@openzeppelin/contracts/token/ERC20.sol", "@openzeppelin/contracts/token/ERC20.sol"),
        ("https://example.org/a/A.sol", "https://example.org/a/A.sol"),
        ("contracts\\A.sol", "contracts\\A.sol"),
        ("../../x.sol", "_up/_up/x.sol"),
        ("a/../../x.sol", "a/_up/_up/x.sol"),
        ("..\\x.sol", "_up\\x.sol"),
        ("/etc/passwd", "_root/etc/passwd"),
        ("\\\\server\\share", "_root\\\\server\\share"),
        ("C:/Users/a/A.sol", "C_/Users/a/A.sol"),
        ("C:\\a.sol", "C_\\a.sol"),
        ("..", "_up"),
    ],
)
def test_paths(given_path: str, kept: str) -> None:
    assert safe_path(given_path) == kept
    assert build(of_files(given_path)).files[0].path == kept


@pytest.mark.parametrize("path", ["", "a\x00b", "a\nb", "folder/", "x" * 3000, "./."])
def test_paths_that_are_refused(path: str) -> None:
    with pytest.raises(BundleError) as raised:
        build(of_files(path))
    assert raised.value.reason is Reason.UNDECODABLE


@given(st.text(min_size=1, max_size=60) | st.lists(st.sampled_from(["..", "/", "\\", ".", "a", "C:"])).map("".join))
def test_no_path_leaves_its_folder(path: str) -> None:
    try:
        safe = safe_path(path)
    except BadPath:
        return
    for form in (safe, safe.replace("\\", "/")):
        assert not form.startswith("/")
        assert ".." not in PurePosixPath(form).parts
        assert Path("/base", form).resolve(strict=False).is_relative_to("/base")
    assert safe_path(safe) == safe


@given(st.text(alphabet="é漢a", min_size=100, max_size=600))
def test_long_names_fit_a_file_system(name: str) -> None:
    assert len(safe_path(name).encode()) < 256


@pytest.mark.parametrize(
    "paths",
    [("a.sol", "./a.sol"), ("/a.sol", "_root/a.sol"), ("a//b.sol", "a/b.sol"), ("a", "a/b.sol"), ("a/b", "a/b/c/d")],
)
def test_files_that_would_fall_on_each_other(paths: tuple[str, ...]) -> None:
    with pytest.raises(BadPath):
        check_tree([safe_path(path) for path in paths])
    with pytest.raises(BundleError):
        build(of_files(*paths))


def test_imports_of_renamed_files_still_resolve() -> None:
    bundle = build(
        of_files("/home/a/A.sol", "../up.sol", "c/C.sol", remappings=["@a/=/home/a/", "../:x/=../y/", "keep=keep"]),
        contract="/home/a/A.sol:A",
    )
    assert bundle.contract_path == "_root/home/a/A.sol"
    assert json.loads(bundle.settings_json)["remappings"] == [
        "@a/=_root/home/a/",
        "_up/:x/=_up/y/",
        "keep=keep",
        ":/home/a/A.sol=_root/home/a/A.sol",
    ]


def test_library_addresses_follow_their_file() -> None:
    settings = json.loads(build(of_files("/L.sol", libraries={"/L.sol": {"L": "0x01"}})).settings_json)
    assert settings["libraries"] == {"_root/L.sol": {"L": "0x01"}}


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        ({}, "no sources"),
        (None, "no sources"),
        (["a.sol"], "no sources"),
        ({"a.sol": {"urls": ["ipfs://x"]}}, "only a link"),
        ({"a.sol": {}}, "no content"),
        ({"a.sol": {"content": 7}}, "no content"),
        ({"a.sol": "contract A {}"}, "no content"),
        ({"a.sol": {"content": "\ud800"}}, "surrogate|unicode"),
        ({"\ud800.sol": {"content": ""}}, "surrogate|unicode"),
    ],
)
def test_malformed_sources(sources: Any, words: str) -> None:
    with pytest.raises(BundleError, match=words) as raised:
        build({"language": "Solidity", "sources": sources})
    assert raised.value.reason is Reason.UNDECODABLE


def test_too_many_files() -> None:
    paths = [f"{number}.sol" for number in range(module.LARGEST_FILES + 1)]
    with pytest.raises(BundleError, match="5001 source files") as raised:
        build(of_files(*paths))
    assert raised.value.reason is Reason.LIMIT
    assert len(build(of_files(*paths[:-1])).files) == module.LARGEST_FILES


def test_too_much_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGEST_BYTES", 10)
    with pytest.raises(BundleError) as raised:
        build({"sources": {"a": {"content": "123456"}, "b": {"content": "ééé"}}})
    assert raised.value.reason is Reason.LIMIT


@pytest.mark.parametrize("compiler", ["", "latest", "0.8", "0.8.28; echo", "0.8.28/../..", "0.8.28\n", "-0.8.28"])
def test_compiler_versions_are_no_way_in(compiler: str) -> None:
    with pytest.raises(BundleError):
        build_bundle(STANDARD, contract="A", compiler=compiler, provider="test")


def test_compiler_with_v() -> None:
    assert build_bundle(STANDARD, contract="A", compiler="v0.8.28", provider="test").compiler == "0.8.28"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text() | st.sampled_from(["content", "urls"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "language": JSON,
            "sources": JSON
            | st.dictionaries(st.text(), st.fixed_dictionaries({"content": st.text()}), min_size=1, max_size=4),
            "settings": JSON
            | st.fixed_dictionaries(
                {"remappings": st.lists(st.text(alphabet="a/.:=\\", max_size=9)), "libraries": JSON}
            ),
        },
    )
)
def test_any_json_gives_a_bundle_or_a_reason(standard: Any) -> None:
    try:
        bundle = build(standard)
    except BundleError:
        return
    assert SourceBundle.model_validate_json(bundle.model_dump_json()) == bundle
    assert source_id(bundle) == bundle.source_id


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b'{"a": 1, "a": 2}', "stands twice"),
        (b"\xff{}", "UTF-8"),
        (b"{", "not JSON"),
        (b"[" * 100_000, "nested too deeply"),
        (b"NaN", "NaN"),
        (b'"\\ud800"', "UTF-8"),
        (b"1" * 5000, "not JSON"),
        (b"", "not JSON"),
    ],
)
def test_json_that_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(NotReadable, match=words):
        read_json(data)


def test_escaped_pairs_are_text() -> None:
    assert read_json(b'["\\ud83d\\ude00"]') == ["😀"]
