"""The signature list and the addresses: hashes are what they say, and no weak member fires alone."""

from __future__ import annotations

import json

from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hypothesis import given
from hypothesis import strategies as st

from scanner.code.analyses.program import selector_of
from scanner.code.analyses.signatures import CALLED, NEEDED, all_signatures, recognise, selectors_of
from scanner.content import rules_dir

NOTHING: frozenset[str] = frozenset()


def test_every_hash_is_the_keccak_of_its_signature() -> None:
    assert len(all_signatures()) > 600
    for signature in all_signatures():
        digest = "0x" + keccak(text=signature.text).hex()
        assert signature.hash == (digest[:10] if signature.kind == "function" else digest), signature


def test_the_lists_are_sorted_and_written_in_one_way() -> None:
    for name in ("signatures.json", "known_addresses.json"):
        text = (rules_dir() / "data" / name).read_text(encoding="utf-8")
        rows = json.loads(text)
        assert text == json.dumps(rows, indent=1, sort_keys=True, ensure_ascii=False) + "\n"
        assert len({json.dumps(row, sort_keys=True) for row in rows}) == len(rows)
    keys = [(s.category, s.system, s.kind, s.text) for s in all_signatures()]
    assert keys == sorted(keys)


def test_every_address_has_its_checksum() -> None:
    rows = json.loads((rules_dir() / "data" / "known_addresses.json").read_text(encoding="utf-8"))
    assert len(rows) > 80
    for row in rows:
        assert to_checksum_address(row["address"]) == row["address"]
        assert row["source"]


def test_thresholds_can_be_met_and_are_about_systems_that_exist() -> None:
    members: dict[str, set[str]] = {}
    for signature in all_signatures():
        members.setdefault(signature.system, set()).add(signature.text)
    for system, needed in NEEDED.items():
        assert 1 <= needed <= len(members[system]), system
    for system, texts in CALLED.items():
        assert set(texts) <= members[system], system


def test_every_named_system_is_recognised_from_all_its_members() -> None:
    for system in NEEDED:
        own = [s for s in all_signatures() if s.system == system]
        functions = frozenset(s.hash for s in own if s.kind == "function")
        events = frozenset(s.hash for s in own if s.kind == "event")
        assert system in {match.system for match in recognise(functions, events, NOTHING)}, system


@given(st.sampled_from([s for s in all_signatures() if s.strength in ("weak", "k-of-n")]))
def test_no_weak_member_fires_alone(signature: object) -> None:
    digest = getattr(signature, "hash")
    assert recognise(frozenset({digest}), NOTHING, NOTHING) == ()
    assert recognise(NOTHING, frozenset({digest}), NOTHING) == ()


def test_vault_functions_fire_nothing() -> None:
    vault = {"deposit(uint256)", "withdraw(uint256)", "deposit(address,uint256,uint256)", "SCOPE()", "denomination()"}
    assert recognise(frozenset(selector_of(text) for text in vault), NOTHING, NOTHING) == ()


def test_selectors_of_a_category_or_of_one_of_its_systems() -> None:
    assert "0xf72c436f" in selectors_of("gate.humanity")
    assert selectors_of("gate.identity", "ERC-1404") == {"0xd4ce1415", "0x7f4ab1dd"}
    assert selectors_of("no.such") == frozenset()
