"""Places of variables from the AST are those of the compiler; slots that no layout holds are found beside them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from eth_utils.crypto import keccak

from fixtures.build import Recipe
from scanner.cli.options import default_cache_dir
from scanner.code.ast_layout import ast_storage
from scanner.code.compilers import compile_standard_json
from scanner.code.hidden_slots import hidden_slots, namespace_slot, value_of
from scanner.code.layout import storage_variables
from scanner.code.requests import Wanted
from scanner.code.slither_adapter import SlitherUnit, build_unit
from tests.code.support import of_recipe, standard_json

_OURS = Path(__file__).parent / "layouts" / "Layouts.sol"
_UPGRADEABLE_4 = ("@openzeppelin/contracts-upgradeable/", "node_modules/@openzeppelin/contracts-upgradeable-4/")
_UPGRADEABLE_5 = ("@openzeppelin/contracts-upgradeable/", "node_modules/@openzeppelin/contracts-upgradeable-5/")
_PLAIN_5 = ("@openzeppelin/contracts/", "node_modules/@openzeppelin/contracts-5/")
_VOTES = "@openzeppelin/contracts-upgradeable/token/ERC20/extensions/ERC20VotesUpgradeable.sol"


def _built(
    request: Mapping[str, Any], solc: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[SlitherUnit, Any]:
    output = compile_standard_json(request, solc, default_cache_dir(), outputs="full")
    folder.mkdir()
    monkeypatch.chdir(folder)
    files = {path: source["content"] for path, source in request["sources"].items()}
    return build_unit(files, output, folder, source_id="0" * 64, version=solc), output


def _layouts(output: Any) -> dict[tuple[str, str], Any]:
    return {
        (path, name): contract["storageLayout"]
        for path, contracts in output["contracts"].items()
        for name, contract in contracts.items()
        if contract.get("storageLayout")
    }


def _plain(text: str) -> str:
    return text.replace(" payable", "")


@pytest.mark.parametrize("which", ["ours", "votes"])
def test_the_places_of_the_ast_are_those_of_the_compiler(
    which: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request, solc = {
        "ours": (standard_json({"Layouts.sol": _OURS.read_text("utf-8")}), "0.8.28"),
        "votes": (of_recipe(Recipe((_VOTES,), "0.8.19", (_UPGRADEABLE_4,))), "0.8.19"),
    }[which]
    unit, output = _built(request, solc, tmp_path / "unit", monkeypatch)
    compared = 0
    for (path, name), layout in sorted(_layouts(output).items()):
        expected = storage_variables(layout)
        found = ast_storage(unit.contract(Wanted(name, path)))
        assert found.complete
        here = [(v.label, _plain(v.type), v.slot, v.offset, v.size_bytes) for v in found.items]
        assert here == [(v.label, _plain(v.type), v.slot, v.offset, v.size_bytes) for v in expected.items], name
        compared += len(here)
    assert compared > 20


def test_namespaces_and_constant_slots_are_found_and_roles_are_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = standard_json({"Layouts.sol": _OURS.read_text("utf-8")})
    unit, _ = _built(request, "0.8.28", tmp_path / "unit", monkeypatch)
    contract = unit.contract(Wanted("Layouts", "Layouts.sol"))
    found = {v.label: (v.slot, v.offset, v.type) for v in hidden_slots(contract, unit.text, unit.text_before)}
    main = namespace_slot("layouts.main")
    hidden = int.from_bytes(keccak(b"layouts.hidden"), "big") - 1
    own = int.from_bytes(keccak(b"layouts.base.own"), "big")
    assert found == {
        "layouts.main.count": (main, 0, "uint64"),
        "layouts.main.keeper": (main, 8, "address"),
        "layouts.main.pairs": (main + 1, 0, "struct Layouts.Pair[]"),
        "Hidden.first": (hidden, 0, "address"),
        "Hidden.second": (hidden + 1, 0, "uint256"),
        "OWN_SLOT": (own, 0, "slot"),
    }


def test_the_namespaces_of_a_package_lie_where_its_constants_say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = of_recipe(Recipe((_VOTES,), "0.8.28", (_UPGRADEABLE_5, _PLAIN_5)))
    unit, _ = _built(request, "0.8.28", tmp_path / "unit", monkeypatch)
    contract = unit.contract(Wanted("ERC20VotesUpgradeable", _VOTES))
    found = {v.label: v.slot for v in hidden_slots(contract, unit.text, unit.text_before)}
    # ERC20StorageLocation and InitializableStorage, as OpenZeppelin wrote them down.
    assert found["openzeppelin.storage.ERC20._balances"] == int(
        "52c63247e1f47db19d5ce0460030c497f067ca4cebf71ba98eeadabe20bace00", 16
    )
    assert found["openzeppelin.storage.Initializable._initialized"] == int(
        "f0c57e16840df040f15088dc2f81fe391c3923bec73e23a9662efc9c229c6a00", 16
    )


def test_an_old_compiler_gives_no_layout_and_the_ast_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = (
        "pragma solidity 0.4.24;\ncontract A { address a; bool b; uint c; mapping(address => uint) d; }\n"
        "contract B is A { uint8[40] e; enum K { X, Y } K f; bytes g; uint64 h; }\n"
    )
    unit, output = _built(standard_json({"Old.sol": source}), "0.4.24", tmp_path / "unit", monkeypatch)
    assert not _layouts(output)
    found = ast_storage(unit.contract(Wanted("B", "Old.sol")))
    assert found.complete
    assert [(v.label, v.type, v.slot, v.offset) for v in found.items] == [
        ("a", "address", 0, 0),
        ("b", "bool", 0, 20),
        ("c", "uint256", 1, 0),
        ("d", "mapping(address => uint256)", 2, 0),
        ("e", "uint8[40]", 3, 0),
        ("f", "enum B.K", 5, 0),
        ("g", "bytes", 6, 0),
        ("h", "uint64", 7, 0),
    ]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("0xff", 255),
        ("keccak256('a')", int.from_bytes(keccak(b"a"), "big")),
        ('bytes32(uint256(keccak256(bytes("a"))) - 1)', int.from_bytes(keccak(b"a"), "big") - 1),
        ('keccak256(abi.encodePacked("a"))', int.from_bytes(keccak(b"a"), "big")),
        ("OTHER", 3),
        ("~bytes32(uint256(0))", 2**256 - 1),
        ('keccak256(abi.encode("a"))', None),
        (
            'keccak256(abi.encode(uint256(keccak256("layouts.main")) - 1)) & ~bytes32(uint256(0xff))',
            namespace_slot("layouts.main"),
        ),
        ("f(1)", None),
        ("1 +", None),
        ("ITSELF", None),
        ("(" * 900, None),
    ],
)
def test_constant_expressions_are_computed_or_left_alone(expression: str, expected: int | None) -> None:
    assert value_of(expression, {"OTHER": "uint256 OTHER = 3", "ITSELF": "uint256 ITSELF = ITSELF"}) == expected
