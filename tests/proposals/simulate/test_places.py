"""Slots named down to members of structs, behind mappings and in namespaces, as a real compiler lays them out."""

from __future__ import annotations

import pytest
from eth_utils.crypto import keccak

from scanner.code.analyse import analyse
from scanner.code.hidden_slots import namespace_slot
from scanner.code.interface import CodeOptions
from scanner.model.code import CodeFacts, StorageStruct, StorageVariable
from scanner.proposals.simulate.places import find_places
from tests.code.support import bundle, cache_with_compilers, job, standard_json

_SOURCE = """
// SPDX-License-Identifier: MIT
pragma solidity 0.8.28;
contract Store {
    enum Kind { A, B }
    struct Limits { uint64 delay; uint64 period; address keeper; mapping(address => uint256) spent; uint256[] steps; }
    struct Role { mapping(address => bool) has; bytes32 admin; }
    struct Pair { Limits first; Kind kind; bool open; }
    /// @custom:storage-location erc7201:store.main
    struct Main { uint256 count; mapping(bytes32 => Role) roles; Limits limits; }

    Limits internal limits;
    mapping(uint256 => Pair) internal pairs;
    mapping(bytes32 => Role) internal roles;
    mapping(address => mapping(address => Limits)) internal deep;
    Pair[] internal list;
    Limits[2] internal fixedOnes;
    uint128[3] internal small;
    string internal title;

    function main() private pure returns (Main storage kept) {
        assembly { kept.slot := 0 }
    }

    function touch(address who) external {
        limits.spent[who] = 1;
        main().roles[bytes32(0)].has[who] = true;
        list.push();
    }
}
"""
_WHO, _OTHER = (bytes(12) + bytes([number]) * 20 for number in (7, 8))
_SEVEN = (7).to_bytes(32, "big")
_KEYS = [(_WHO, "who"), (_OTHER, "other"), (_SEVEN, "7"), (bytes(32), "ADMIN")]


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> CodeFacts:
    source = bundle(standard_json({"Store.sol": _SOURCE}), "Store", solc="0.8.28", path="Store.sol")
    options = CodeOptions(cache_with_compilers(tmp_path_factory.mktemp("store")))
    (result,) = analyse([job(1, source)], options, lambda line: None).values()
    assert result.facts.structs.complete
    return result.facts


def _slot(key: bytes, at: int) -> int:
    return int.from_bytes(keccak(key + at.to_bytes(32, "big")), "big")


def _named(facts: CodeFacts, *slots: int) -> list[list[tuple[str, str, int]]]:
    found = find_places(facts.storage.items, facts.structs.items, slots, _KEYS)
    return [[(one.label, one.type, one.offset) for one in found.get(slot, ())] for slot in slots]


def _base(facts: CodeFacts, label: str) -> int:
    return next(one.slot for one in facts.storage.items if one.label == label)


def test_members_of_a_struct_by_name_and_packed(facts: CodeFacts) -> None:
    at = _base(facts, "limits")
    assert _named(facts, at, at + 1, _slot(_WHO, at + 2)) == [
        [("limits.delay", "uint64", 0), ("limits.period", "uint64", 8)],
        [("limits.keeper", "address", 0)],
        [("limits.spent[who]", "uint256", 0)],
    ]


def test_structs_behind_mappings_and_what_they_hold(facts: CodeFacts) -> None:
    pair = _slot(_SEVEN, _base(facts, "pairs"))
    role = _slot(bytes(32), _base(facts, "roles"))
    assert _named(facts, pair, pair + 4, _slot(_OTHER, pair + 2), _slot(_WHO, role), role + 1) == [
        [("pairs[7].first.delay", "uint64", 0), ("pairs[7].first.period", "uint64", 8)],
        [("pairs[7].kind", "enum Store.Kind", 0), ("pairs[7].open", "bool", 1)],
        [("pairs[7].first.spent[other]", "uint256", 0)],
        [("roles[ADMIN].has[who]", "bool", 0)],
        [("roles[ADMIN].admin", "bytes32", 0)],
    ]


def test_mappings_of_mappings_of_structs_and_arrays_inside(facts: CodeFacts) -> None:
    entry = _slot(_OTHER, _slot(_WHO, _base(facts, "deep")))
    steps = int.from_bytes(keccak((entry + 3).to_bytes(32, "big")), "big")
    assert _named(facts, entry + 1, steps + 5) == [
        [("deep[who][other].keeper", "address", 0)],
        [("deep[who][other].steps[5]", "uint256", 0)],
    ]


def test_arrays_of_structs_dynamic_and_fixed(facts: CodeFacts) -> None:
    first = int.from_bytes(keccak(_base(facts, "list").to_bytes(32, "big")), "big")
    fixed = _base(facts, "fixedOnes")
    words = (_base(facts, "small") - fixed) // 2
    assert _named(facts, first, first + 5 + 4, fixed + words + 1) == [
        [("list[0].first.delay", "uint64", 0), ("list[0].first.period", "uint64", 8)],
        [("list[1].kind", "enum Store.Kind", 0), ("list[1].open", "bool", 1)],
        [("fixedOnes[1].keeper", "address", 0)],
    ]
    text = int.from_bytes(keccak(_base(facts, "title").to_bytes(32, "big")), "big")
    assert _named(facts, text + 1, _base(facts, "title")) == [
        [("title[…] (word 1)", "", 0)],
        [("title", "string", 0)],
    ]


def test_a_namespace_is_named_to_the_bottom(facts: CodeFacts) -> None:
    at = namespace_slot("store.main")
    role = _slot(bytes(32), at + 1)
    assert _named(facts, at, at + 2, _slot(_WHO, role), _slot(_WHO, at + 4)) == [
        [("store.main.count", "uint256", 0)],
        [("store.main.limits.delay", "uint64", 0), ("store.main.limits.period", "uint64", 8)],
        [("store.main.roles[ADMIN].has[who]", "bool", 0)],
        [("store.main.limits.spent[who]", "uint256", 0)],
    ]


def test_without_members_words_are_counted_and_a_key_that_nobody_names_has_no_name() -> None:
    old = StorageVariable(label="roles", type="mapping(bytes32 => struct A.Role)", slot=3, offset=0, size_bytes=32)
    role = _slot(bytes(32), 3)
    found = find_places([old], (), [role + 1, _slot(_WHO, role), _slot(b"\xee" * 32, 3)], _KEYS)
    assert {slot: [one.label for one in here] for slot, here in found.items()} == {
        role + 1: ["roles[ADMIN] (word 1)"],
        _slot(_WHO, role): ["roles[ADMIN].…[who]"],
    }


def test_a_struct_that_holds_itself_and_endless_arrays_end() -> None:
    member = StorageVariable(label="next", type="struct A.Loop", slot=0, offset=0, size_bytes=32)
    loop = StorageStruct(name="struct A.Loop", members=(member,))
    huge = StorageVariable(label="huge", type=f"struct A.Loop[{10**9}]", slot=0, offset=0, size_bytes=32 * 10**9)
    assert find_places([huge], [loop], [5, 1 << 200], _KEYS)
    deep = {"type": "mapping(uint256 => mapping(uint256 => mapping(uint256 => uint256)))", "size_bytes": 32}
    many = [huge.model_copy(update={"slot": at, **deep}) for at in range(900)]
    assert find_places(many, [loop], [1 << 200], _KEYS) == {}
