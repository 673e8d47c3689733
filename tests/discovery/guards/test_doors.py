"""Who gets past a guard: by the state that it reads, in every way in which contracts keep it, and by calls."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fixtures.localchain import LocalChain
from fixtures.sourcify_server import SourcifyServer
from scanner.chain.node import connect
from scanner.chain.recheck import Verdict, recheck
from scanner.model.evidence import CallEvidence
from scanner.model.observation import Known
from scanner.model.values import changed
from scanner.pipeline import evaluate, load_rules
from tests.discovery.guards.support import DAY, House, build

pytestmark = [pytest.mark.node, pytest.mark.compiler]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with LocalChain() as chain, SourcifyServer() as sourcify:
        yield build(chain, sourcify, tmp_path_factory.mktemp("guards"))


@pytest.mark.parametrize(
    ("contract", "function", "holders", "read_from"),
    [
        ("hidden", "setAmount", {"boss"}, "_boss (slot 0)"),
        ("rooms", "either", {"boss", "deputy", "keeper"}, "boss() or deputy() or keepers[msg.sender]"),
        ("rooms", "throughInternal", {"deputy"}, "deputy()"),
        ("rooms", "setOpen", {"deputy"}, "deputy()"),
        ("rooms", "porter", {"porter"}, "_porters[msg.sender] (slot 3)"),
        ("rooms", "switched", {"boss"}, "boss() or open"),
        ("managed", "setFee", {"clerk", "late"}, ""),
        ("managed", "sweep", {"admin"}, ""),
        ("authed", "file", {"authed", "boss", "trusted"}, ""),
        ("authed", "setOwner", {"authed", "boss"}, ""),
        ("nested", "set", {"boss"}, "chief()"),
    ],
)
def test_the_holder_is_who_the_state_names_and_the_chain_agrees(
    house: House, contract: str, function: str, holders: set[str], read_from: str
) -> None:
    passage = house.passage(contract, function)
    assert house.holders(contract, function) == holders, passage
    assert passage.guard == "caller"
    assert passage.checked == "passed", passage.detail
    assert not read_from or passage.read_from == read_from
    callers = {piece.sender for piece in passage.evidence if isinstance(piece, CallEvidence) and piece.sender}
    assert {house.people.get(one) or house.at[one] for one in holders} <= callers
    assert len(callers) > len(holders), "a stranger was called for as well"


def test_who_is_behind_a_contract_is_found_through_a_slot_that_no_view_answers(house: House) -> None:
    (holder,) = house.passage("vault", "pay").holders
    assert holder.address == house.at["hidden"]
    assert holder.kind == "eoa", "the boss, whom only a slot of the contract names"


def test_a_manager_s_own_delay_counts(house: House) -> None:
    delays = {
        one.address: one.delay_seconds.value
        for one in house.passage("managed", "setFee").holders
        if isinstance(one.delay_seconds, Known)
    }
    assert delays == {house.people["clerk"]: 0, house.people["late"]: DAY}


def test_a_stop_before_the_guard_is_not_checkable_and_its_holder_is_named_all_the_same(house: House) -> None:
    passage = house.passage("rooms", "whileRunning")
    assert house.holders("rooms", "whileRunning") == {"boss"}
    assert passage.checked == "not-checkable"
    assert "something before the guard" in passage.detail


def test_nobody_holds_what_the_zero_address_holds(house: House) -> None:
    passage = house.passage("renounced", "set")
    assert (passage.guard, passage.holders, passage.checked) == ("caller", (), "passed")
    assert "only the zero address would pass" in passage.detail


def test_what_asks_nothing_is_open_to_anyone(house: House) -> None:
    assert house.passage("rooms", "anybody").guard == "anyone"


@pytest.mark.parametrize("purse", ["openPurse", "freshPurse", "lentPurse"])
def test_what_anyone_may_bring_about_moves_the_money_of_anyone(house: House, purse: str) -> None:
    """An owner whom anyone names, an initializer that nobody has called, a guard that is switched off."""
    assert ("anyone", 0) in house.movers(purse)


def test_an_initializer_that_has_run_opens_nothing(house: House) -> None:
    assert house.movers("begunPurse") == {("boss", 0)}
    assert house.passage("begunPurse", "begin(").guard == "once"
    assert house.passage("freshPurse", "begin(").guard == "anyone"


def test_what_a_manager_makes_its_members_wait_counts_on_the_way_to_the_money(house: House) -> None:
    assert ("late", 3 * DAY) in house.movers("managedPurse")
    assert ("late", 0) not in house.movers("managedPurse")


def test_a_burn_address_moves_nothing_and_is_nobodys_key(house: House) -> None:
    assert house.movers("burntPurse") == set()


def test_a_wallet_whose_owners_confirm_is_a_multisig_and_none_of_them_moves_its_money_alone(house: House) -> None:
    assert house.movers("wallet") == {("wallet", 0)}
    (edge,) = [one for one in house.snapshot.controls.items if one.contract == house.at["wallet"]]
    assert (edge.actor_kind, edge.signers_needed) == ("multisig", changed(edge.signers_needed, value=2))


def test_a_forwarder_that_is_believed_moves_the_money_in_the_owners_name(house: House) -> None:
    assert house.movers("relayedPurse") == {("boss", 0), ("porter", 0)}


def test_whom_only_an_event_and_a_call_show_is_named(house: House) -> None:
    assert ("ranked", 0) in house.movers("rankedPurse")
    assert "lowly" not in {name for name, _ in house.movers("rankedPurse")}


def test_without_source_what_its_functions_are_good_for_stays_open_beside_the_owner(house: House) -> None:
    assert house.movers("unreadPurse") == {("boss", 0), ("unreadPurse", None)}


def test_who_keeps_a_register_says_who_pays(house: House) -> None:
    assert {("boss", 0), ("keeper", 0)} <= house.movers("listedPurse")


def test_who_administers_a_manager_can_let_himself_in(house: House) -> None:
    assert house.movers("managedPurse") == {("late", 3 * DAY), ("admin", 0)}


@pytest.mark.parametrize(
    ("function", "holder", "asks"),
    [
        ("byBoss(uint256)", "boss", "caller is the address in slot 0x0"),
        ("byMaker(uint256)", "maker", "caller is "),
        ("byItself(uint256)", "shut", "caller is the contract itself"),
    ],
)
def test_without_source_the_bytecode_says_whom_to_call_for(house: House, function: str, holder: str, asks: str) -> None:
    passage = house.passage("shut", function)
    assert (passage.guard, passage.checked) == ("caller", "passed"), passage.detail
    assert house.holders("shut", function) == {holder}
    assert passage.asks.startswith(asks)
    assert not passage.complete, "there may be others"


def test_a_list_without_source_stays_unknown_and_zeros_in_a_revert_let_nobody_in(house: House) -> None:
    passage = house.passage("shut", "byMember()")
    assert (passage.guard, passage.checked, passage.holders) == ("unknown", "not-checkable", ())
    assert passage.asks == "what the mapping at slot 0x1 keeps for the caller"


def test_code_that_never_looks_at_its_caller_is_open_or_asks_for_a_signature(house: House) -> None:
    later, signed = (
        house.passage("shut", "later(uint256)"),
        house.passage("shut", "signed(uint256,uint8,bytes32,bytes32)"),
    )
    assert (later.guard, signed.guard) == ("anyone", "signatures")
    assert later.evidence
    assert signed.evidence


def test_a_condition_that_is_handed_to_a_modifier_counts(house: House) -> None:
    passage = house.passage("lookup", "byOwnerOrKeys")
    assert (passage.guard, passage.checked) == ("caller", "passed"), passage.detail
    assert set(passage.asks.split(" or ")) == {"caller is owner", "caller is keys"}
    assert house.holders("lookup", "byOwnerOrKeys") == {"maker"}


def test_whom_an_argument_names_elsewhere_has_no_standing_holder(house: House) -> None:
    assert house.passage("lookup", "byKeeper").guard == "argument"


def test_units_paid_out_are_no_question_to_the_caller_and_units_paid_in_are_a_payment(house: House) -> None:
    assert house.passage("lookup", "collect").guard == "anyone"
    assert house.passage("lookup", "pay").guard == "payment"


def test_a_view_of_roles_that_the_guard_does_not_read_is_a_contradiction(house: House) -> None:
    passage = house.passage("roleLiar", "hasRole(bytes32,address)")
    assert (passage.guard, passage.checked) == ("claim", "contradicted")
    assert [one.address for one in passage.holders] == [house.people["shown"]]
    senders = {piece.sender for piece in passage.evidence if isinstance(piece, CallEvidence)}
    assert house.people["shown"] in senders
    assert len(senders - {"", house.people["shown"]}) == 1, "and a stranger"


def test_an_owner_whom_code_without_source_refuses_is_a_contradiction(house: House) -> None:
    passage = house.passage("ownerLiar", "owner()")
    assert (passage.guard, passage.checked) == ("claim", "contradicted")
    gaps = [gap for gap in house.snapshot.gaps if gap.subject == house.at["ownerLiar"] and "owner()" in gap.what]
    assert len(gaps) == 1
    assert house.people["shown"] in gaps[0].what


def test_nothing_else_is_contradicted(house: House) -> None:
    found = {one.contract for one in house.snapshot.passages.items if one.checked == "contradicted"}
    assert found == {house.at["roleLiar"], house.at["ownerLiar"]}


def test_a_listing_desk_is_told_of_the_contradiction_with_its_calls(house: House) -> None:
    found = {
        outcome.subject.id.rpartition(":")[2]: outcome
        for outcome in evaluate(house.snapshot, load_rules()).outcomes
        if outcome.rule_id == "CTL-013"
    }
    liars = {house.at["roleLiar"]: "hasRole(bytes32,address)", house.at["ownerLiar"]: "owner()"}
    assert {at for at, outcome in found.items() if outcome.status == "finding"} == set(liars)
    for at, view in liars.items():
        assert view in found[at].message
        assert any(isinstance(one, CallEvidence) and one.sender == house.people["shown"] for one in found[at].evidence)
    assert found[house.at["rooms"]].status == "pass"


def test_another_node_gives_the_same_answers_to_the_same_callers(house: House) -> None:
    pieces = [piece for one in house.snapshot.passages.items for piece in one.evidence]
    calls = [piece for piece in pieces if isinstance(piece, CallEvidence) and piece.sender]
    assert calls
    rpc = connect(house.url)
    try:
        found = recheck(calls, rpc, pinned=house.snapshot.blocks, source_digest=lambda *_: None)
        people = set(house.people.values())  # where a stranger's call succeeds another one's does as well
        one = next(piece for piece in calls if not piece.reverted and piece.sender in people)
        told = one.model_copy(update={"sender": "0x" + "77" * 20})
        lie = recheck([told], rpc, pinned=house.snapshot.blocks, source_digest=lambda *_: None)
    finally:
        rpc.transport.close()
    assert found.count(Verdict.MATCH) == len(set(calls))
    assert lie.count(Verdict.MISMATCH) == 1


@pytest.mark.parametrize("function", ["setTargetFunctionRole", "grantRole"])
def test_who_manages_a_manager_is_named_and_that_nobody_else_does_is_not_said(house: House, function: str) -> None:
    passage = house.passage("manager", function)
    assert house.holders("manager", function) == {"admin"}
    assert (passage.guard, passage.complete) == ("unknown", False), "its code shows no guard, and logs are no proof"
    assert house.passage("manager", "execute(").guard == "anyone"
    fixed = {one.subject for one in house.snapshot.dao.answers.items if one.question == "nobody"}
    assert house.at["manager"] not in fixed


def test_a_contract_with_money_at_which_a_scan_begins_is_a_treasury_whatever_its_getters_are_called(
    house: House,
) -> None:
    found = house.scan(house.at["managedPurse"])
    assert [one.address for one in found.treasury.items] == [house.at["managedPurse"]]
    kinds = {one.actor_kind for one in found.controls.items if one.contract == house.at["managedPurse"]}
    assert kinds == {"eoa"}, "who administers the manager that says who may pay"
    assert found.dao.effective_controller_kind == changed(found.dao.effective_controller_kind, value="eoa")
