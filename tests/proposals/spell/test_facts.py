"""Proposal contracts from the call that runs them to the facts that rules see."""

from __future__ import annotations

from dataclasses import replace

from scanner.chain.abi import encode_call, selector
from scanner.discovery.families.told import RawAction
from scanner.model.kinds import Effect
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.proposals import Action, Proposal
from scanner.proposals.nested import Call, open_calls
from tests.discovery.support import address, code, contract, world
from tests.proposals.spell.conftest import Deployed
from tests.proposals.support import KEY, SAFE, TIMELOCK, TOKEN, Answering, call, read_one, value

_SPELL, _OTHER = address(77), address(78)
_SCHEDULE = "schedule(address,uint256,bytes,bytes32,bytes32,uint256)"


def _run(runtime: str, signature: str = "execute()") -> Proposal:
    """A proposal that calls a Safe's module way, so that the spell is a target of an inner call outside the crawl."""
    inner = encode_call(signature) if "(" in signature else signature
    outer = call(SAFE, "execTransactionFromModule(address,uint256,bytes,uint8)", _SPELL, 0, inner, 1)
    return read_one(outer, chain=Answering(codes={_SPELL: runtime, TOKEN: "0x6001"}))


def _named(one: Proposal, function: str) -> Action:
    (found,) = [a for a in one.actions if isinstance(a.function, Known) and a.function.value.startswith(function)]
    return found


def test_a_spells_calls_are_the_safes_own(deployed: Deployed) -> None:
    _, runtime = deployed("PlainSpell", TIMELOCK, KEY)
    one = _run(runtime, "executeProposal()")
    assert [action.inside for action in one.actions] == [
        "",
        "action 1 → execTransactionFromModule 1",
        *(f"action 1 → execTransactionFromModule 1 → code of 0x111111…004d {number}" for number in (1, 2, 3, 4)),
    ]
    grant = one.actions[-1]
    assert (grant.target, value(grant.function), grant.effect) == (TIMELOCK, "grantRole(bytes32,address)", Effect.ROLE)
    assert (value(grant.beneficiary), value(grant.beneficiary_kind)) == (KEY, "eoa")
    assert value(one.actions[1].delegatecall) is True
    assert value(grant.delegatecall) is False


def test_what_is_answered_leaves_facts_open_and_none_of_them_safe(deployed: Deployed) -> None:
    _, runtime = deployed("AnsweredSpell", TOKEN, TIMELOCK)
    one = _run(runtime)
    paid = _named(one, "transfer(")
    assert value(paid.beneficiary) == TIMELOCK
    assert [item.value for item in paid.arguments] == [TIMELOCK, "?"]
    for fact in (paid.treasury_share_bps, paid.amount_named):
        assert isinstance(fact, Unknown)
        assert fact.reason is Reason.UNRESOLVED
    assert isinstance(one.treasury_total_bps, Unknown)
    upgrade = _named(one, "upgradeTo(")
    for fact in (upgrade.beneficiary, upgrade.beneficiary_verified, upgrade.code_replaceable, upgrade.lookalike_of):
        assert isinstance(fact, Unknown), fact
    lowered = [a for a in one.actions if isinstance(a.function, Known) and a.function.value.startswith("updateDelay")]
    assert [[item.value for item in a.arguments] for a in lowered] == [["0"], ["?"], ["7"]]
    assert [isinstance(a.disables_protection, Unknown) for a in lowered] == [False, True, False]
    assert value(_named(one, "approve(").unlimited_approval) is True


def test_a_target_that_storage_names_is_no_named_call(deployed: Deployed) -> None:
    _, runtime = deployed("ShiftingSpell")
    one = _run(runtime)
    last = one.actions[-1]
    assert last.effect is Effect.UNDECODED
    assert isinstance(last.function, Unknown)
    assert "decided when it runs, with selector 0x2f2ff15d" in last.function.detail
    assert isinstance(last.target_has_code, Unknown) or last.target == _SPELL


def test_a_spell_inside_a_spell_is_opened_as_whom_it_runs(deployed: Deployed) -> None:
    _, plain = deployed("PlainSpell", TIMELOCK, KEY)
    _, runtime = deployed("NestingSpell", TIMELOCK, TIMELOCK, _OTHER)
    outer = call(SAFE, "execTransactionFromModule(address,uint256,bytes,uint8)", _SPELL, 0, encode_call("execute()"), 1)
    one = read_one(outer, chain=Answering(codes={_SPELL: runtime, _OTHER: plain}))
    paths = [(value(a.function).split("(")[0], a.inside.count("→")) for a in one.actions]
    assert paths == [
        ("execTransactionFromModule", 0),
        ("execute", 1),
        ("schedule", 2),
        ("grantRole", 3),
        ("executeProposal", 2),
        *[("transfer", 3)] * 3,
        ("grantRole", 3),
        ("", 2),
    ]
    assert [a.arguments[4].value for a in one.actions if value(a.function) == _SCHEDULE] == ["?"], "its salt is a time"
    assert one.actions[-1].value_wei == 10**18
    assert value(one.actions[4].delegatecall) is True


def _calls(runtime: str, action: RawAction, executor: str) -> tuple[Call, ...]:
    spell = replace(contract(77), address=_SPELL, code=code(_SPELL, runtime))
    return open_calls(world(spell), (action,), executor).calls


def test_the_executor_decides_as_whom_a_spell_runs(deployed: Deployed) -> None:
    _, runtime = deployed("PlainSpell", TIMELOCK, KEY)
    data = selector("executeProposal()")
    for how, caller in ((True, address(90)), (False, _SPELL), (None, "")):
        found = _calls(runtime, RawAction(_SPELL, 0, "", data, how), address(90))
        assert {one.caller for one in found[1:]} == {caller}
        assert len(found) == 5


def test_any_code_that_is_delegatecalled_is_read_and_of_what_is_called_only_spells(
    deployed: Deployed,
) -> None:
    _, runtime = deployed("AnsweredSpell", TOKEN, TIMELOCK)
    data = encode_call("exec(address[])", ([KEY],))
    ran = _calls(runtime, RawAction(_SPELL, 0, "", data, True), address(90))
    assert [one.calldata for one in ran[1:]] == [encode_call("transfer(address,uint256)", (KEY, 1))]
    assert len(_calls(runtime, RawAction(_SPELL, 0, "", data, False), address(90))) == 1


def test_a_wrapper_whose_receiver_is_open_is_not_opened_by_guessing() -> None:
    # schedule(timestamp, 0, "", 0, 0, 0): MSTORE its parts at 0, 4 and 68, then CALL the timelock with 228 bytes.
    parts = f"63{selector(_SCHEDULE)[2:]}60e01b5f52" + "42600452" + "60c0604452"
    program = parts + "5f5f" + "60e4" + "5f" + "5f" + "73" + TIMELOCK[2:] + "5af100"
    found = _calls("0x" + program, RawAction(_SPELL, 0, "", "0x12345678", True), address(90))
    assert [isinstance(one.decoded.signature, Unknown) for one in found] == [True, False, True]
    assert found[1].decoded.left_open == {0}


def test_code_that_a_spell_makes_and_installs_is_bound_by_its_address(deployed: Deployed) -> None:
    _, runtime = deployed("MakingSpell", _OTHER)
    outer = call(SAFE, "execTransactionFromModule(address,uint256,bytes,uint8)", _SPELL, 0, encode_call("execute()"), 1)
    one = read_one(outer, chain=Answering(codes={_SPELL: runtime, _OTHER: "0x6001"}))
    upgrade = _named(one, "upgradeTo(")
    assert value(upgrade.beneficiary_has_code) is False
    said = upgrade.code_replaceable
    assert value(said) is False
    assert "makes it with CREATE2" in said.derivation  # type: ignore[union-attr]
