"""A stranger's paths and comments on their way to disk."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from scanner.code.unit_files import lay_out, renamed

_HOSTILE = (
    "../../x.sol",
    "/etc/passwd",
    "a\x00b.sol",
    "C:\\x.sol",
    "x" * 5000,
    "..",
    "",
    "🂡/\u202elos.sol",
    "s0001.sol",
)


def _laid_out(files: dict[str, str]) -> tuple[dict[str, str], dict[str, bytes]]:
    with tempfile.TemporaryDirectory() as outer:
        folder = Path(outer) / "inner"
        folder.mkdir()
        names = lay_out(files, folder)
        assert [path.name for path in Path(outer).iterdir()] == ["inner"]
        return names, {path.name: path.read_bytes() for path in folder.iterdir()}


def test_hostile_paths_become_names_of_our_own() -> None:
    names, written = _laid_out({path: f"// {index}" for index, path in enumerate(_HOSTILE)})
    assert sorted(names) == sorted(_HOSTILE)
    assert sorted(names.values()) == [f"s{index:04d}.sol" for index in range(len(_HOSTILE))]
    assert written[names["/etc/passwd"]] == b"// 1"


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8")), max_size=5))
def test_every_file_is_written_byte_for_byte_in_length(files: dict[str, str]) -> None:
    names, written = _laid_out(files)
    assert len(set(names.values())) == len(files) == len(written)
    for path, content in files.items():
        assert len(written[names[path]]) == len(content.encode())


def test_comments_that_switch_detectors_off_have_no_effect_and_move_nothing() -> None:
    content = "// slither-disable-next-line all\r\ncontract A {} // slither-disable-start é\n"
    names, written = _laid_out({"a.sol": content})
    got = written[names["a.sol"]]
    assert b"slither-disable" not in got
    assert len(got) == len(content.encode())
    assert b"\r\n" in got


def test_the_compilers_output_gets_the_new_names_and_empty_bytecode() -> None:
    output = {
        "sources": {
            "a.sol": {
                "id": 0,
                "ast": {
                    "absolutePath": "a.sol",
                    "nodes": [
                        {"nodeType": "ImportDirective", "absolutePath": "../b.sol"},
                        {"nodeType": "ContractDefinition", "name": "A"},
                    ],
                },
            },
            "../b.sol": {"id": 1, "ast": {"absolutePath": "../b.sol", "nodes": []}},
        },
        "contracts": {"a.sol": {"A": {"abi": []}}},
    }
    new = renamed(output, {"../b.sol": "s0000.sol", "a.sol": "s0001.sol"})
    assert sorted(new["sources"]) == ["s0000.sol", "s0001.sol"]
    ast = new["sources"]["s0001.sol"]["ast"]
    assert (ast["absolutePath"], ast["nodes"][0]["absolutePath"]) == ("s0001.sol", "s0000.sol")
    assert new["contracts"]["s0001.sol"]["A"]["evm"]["deployedBytecode"]["object"] == ""
