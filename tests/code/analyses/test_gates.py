"""Doors: where something is asked, who can replace what is asked, who adds members elsewhere; pointers to content."""

from __future__ import annotations

import pytest

from tests.code.analyses.support import facts_of, systems, value

pytestmark = pytest.mark.compiler

NO_GATE = "unknown: not-supported"


@pytest.mark.parametrize(
    ("name", "asked", "switch"),
    [
        ("SwitchedGate", ("sanctions: pay()",), "caller"),
        ("FixedGate", ("identity: take()",), "no-function"),
        ("LooseGate", ("sanctions: pay(address)",), "unknown: unresolved"),
        ("OpenDoor", (), NO_GATE),
    ],
)
def test_gates_say_where_they_stand_and_who_can_replace_them(name: str, asked: tuple[str, ...], switch: str) -> None:
    facts = facts_of("Gates.sol")[name]
    assert value(facts.gate_functions) == asked
    assert value(facts.gate_switch_guard) == switch


@pytest.mark.parametrize(
    ("name", "guard"),
    [("OpenDoor", "none"), ("Shop", "payment"), ("Office", "caller"), ("PinnedToken", "no-function")],
)
def test_who_adds_members_to_a_set_that_another_contract_keeps(name: str, guard: str) -> None:
    assert value(facts_of("Gates.sol")[name].admission_guard) == guard


@pytest.mark.parametrize(
    ("name", "guard"),
    [
        ("PinnedToken", "no-function"),
        ("MovedToken", "caller"),
        ("PerTokenPointers", "no-function"),
        ("Shop", "unknown: not-supported"),
    ],
)
def test_who_replaces_a_pointer(name: str, guard: str) -> None:
    """What a mint writes for its own token is no replacement."""
    assert value(facts_of("Gates.sol")[name].content_setter_guard) == guard


def test_encrypted_types_are_told_by_their_names() -> None:
    assert systems(facts_of("Gates.sol")["Sealed"]) == {("anon.encrypted_state", "encrypted types (FHE)")}


def test_a_constant_inside_a_function_is_present_as_well() -> None:
    (found,) = facts_of("Gates.sol")["Leaf"].fingerprints.items
    assert (found.category, found.stage) == ("anon.mixer", "present")
