"""DSChief and DSPause: how they are told, what a spell's own words come to, and who else makes the pause act."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils.crypto import keccak

from fixtures.build import Workshop
from fixtures.contract import event_topic, signature_of, type_of
from fixtures.daos.ds_chief.dao import CORE
from scanner.chain.abi import encode, encode_call, selector
from scanner.discovery.account import Account
from scanner.discovery.control.holders import Resolver
from scanner.discovery.executors import executor_family_of
from scanner.discovery.executors.ds_pause import EXEC, PLAN, DsPause
from scanner.discovery.families import family_of
from scanner.discovery.families.ds_chief import ETCH, NOTE_ETCH, NOTE_LOCK, NOTE_VOTE_SLATE, NOTE_VOTE_YAYS, DsChief
from scanner.discovery.families.interface import NOW
from scanner.model.evidence import LogEvidence
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Unknown
from tests.discovery.support import address, code, contract, eoa, log, parts, returned, reverted, word, world
from tests.e2e.conftest import Field, daoscan

CHIEF, PAUSE = DsChief(), DsPause()
MARKS = ("hat()", "lift(address)", "etch(address[])", "vote(bytes32)", "approvals(address)")
PLANS = tuple(f"{name}{PLAN}" for name in ("plot", "drop", "exec"))
ZERO = "0x" + "00" * 20
TAG = "0x" + "77" * 32


def _code(signatures: tuple[str, ...]) -> str:
    return "0x" + "".join(f"63{selector(one)[2:]}14" for one in signatures)


def _note(kind: str, sender: str, calldata: str, *, index: int = 0) -> LogEvidence:
    data = encode(("uint256", "bytes"), (0, calldata))
    return log(address(1), (kind, word(sender), "0x" + "00" * 32, "0x" + "00" * 32), data, index=index)


def _etched(kind: str, sender: str, *spells: str, index: int = 0) -> LogEvidence:
    signature = "etch(address[])" if kind == NOTE_ETCH else "vote(address[])"
    return _note(kind, sender, encode_call(signature, (list(spells),)), index=index)


def _chief(*logs: LogEvidence, hat: str = ZERO) -> Account:
    made = contract(1, *logs, hat=("address", hat), GOV=("address", address(4)))
    made.code = code(made.address, _code(MARKS))
    return made


def _says(chief: Account, spell: str, **words: tuple[str, Any]) -> None:
    for name in ("action", "sig", "tag", "eta", "done", "expiration", "pause", "description"):
        kind, value = words.get(name, ("uint256", None))
        answer = returned(spell, encode((kind,), (value,))) if value is not None else reverted()
        chief.calls[f"{name}() of {spell}"] = ((kind,), answer)
    for name in ("approvals", "plan"):
        if name in words:
            kind, value = words[name]
            chief.calls[f"{name} of {spell}"] = ((kind,), returned(spell, encode((kind,), (value,))))


def test_selectors_and_topics_are_those_of_the_public_repositories() -> None:
    shop = Workshop()
    chief, pause = shop.contract(CORE, "Chief").abi, shop.contract(CORE, "Pause").abi
    functions = {signature_of(entry) for entry in chief if entry["type"] == "function"}
    wanted = {"free(uint256)", "lock(uint256)", "slates(bytes32,uint256)", "votes(address)", "deposits(address)"}
    assert {*MARKS, *wanted, "vote(address[])", "isUserRoot(address)", "canCall(address,address,bytes4)"} <= functions
    notes = [entry for entry in (*chief, *pause) if entry["type"] == "event" and entry["name"] == "LogNote"]
    assert all(entry["anonymous"] for entry in notes)
    assert {tuple(type_of(part) for part in entry["inputs"]) for entry in notes} == {
        ("bytes4", "address", "bytes32", "bytes32", "uint256", "bytes")
    }
    assert event_topic("Etch(bytes32)") == ETCH
    functions = {signature_of(entry) for entry in pause if entry["type"] == "function"}
    assert {*PLANS, "plans(bytes32)", "proxy()", "delay()", "owner()", "authority()", "setDelay(uint256)"} <= functions
    assert selector(PLANS[2]) + "00" * 28 == EXEC
    assert selector(PLANS[0]) == "0x46d2fbbb"


def test_chief_and_pause_are_told_from_what_lacks_a_function() -> None:
    family = family_of(_chief(), _code(MARKS))
    assert family is not None
    assert family.name == "ds-chief"
    assert family_of(_chief(), _code(MARKS[1:])) is None
    pause = contract(2, delay=("uint256", 5))
    kind = executor_family_of(pause, _code(PLANS))
    assert kind is not None
    assert kind.name == "ds-pause"
    assert executor_family_of(pause, _code(PLANS[:2])) is None


def test_spells_are_named_by_slates_once_and_in_order() -> None:
    logs = (
        _etched(NOTE_VOTE_YAYS, address(9), address(20), address(21)),
        _etched(NOTE_ETCH, address(8), address(21), address(22), index=1),
        _note(NOTE_VOTE_YAYS, address(9), "0x1234", index=2),
    )
    chief = _chief(*logs)
    told = CHIEF.proposals(chief)
    assert [f"0x{one.id:040x}" for one in told.proposals] == [address(20), address(21), address(22)]
    assert [one.proposer for one in told.proposals] == [address(9), address(9), address(8)]
    assert len(told.problems) == 1
    assert all(one.unread is not None for one in told.proposals)


def test_what_a_spell_plots_is_its_action_by_delegatecall() -> None:
    chief = _chief(_etched(NOTE_VOTE_YAYS, address(9), address(20)))
    _says(chief, address(20), action=("address", address(30)), sig=("bytes", b"\x61\x46\x19\x54"))
    (one,) = CHIEF.proposals(chief).proposals
    (call,) = one.actions
    assert (call.target, call.calldata, call.delegate) == (address(30), "0x61461954", True)
    assert one.held
    _says(chief, address(20))
    (one,) = CHIEF.proposals(chief).proposals
    assert one.actions == ()
    assert one.unread is not None
    assert "no spell" in one.unread.detail


@pytest.mark.parametrize(
    ("words", "hat", "expected"),
    [
        ({"done": True}, False, "Executed"),
        ({"eta": 500, "plan": True}, True, "Queued"),
        ({"eta": 100, "plan": True}, True, "Succeeded"),
        ({"eta": 500, "plan": False}, True, "Canceled"),
        ({"expiration": 200}, True, "Expired"),
        ({"expiration": 900}, True, "Succeeded"),
        ({"expiration": 900}, False, "Active"),
        ({}, False, "Active"),
    ],
)
def test_states_are_the_spells_own_words(words: dict[str, Any], hat: bool, expected: str) -> None:
    spell = address(20)
    kinds = {"done": "bool", "eta": "uint256", "expiration": "uint256", "plan": "bool"}
    said: dict[str, tuple[str, Any]] = {name: (kinds[name], value) for name, value in words.items()}
    if words:
        said |= {"action": ("address", address(30)), "sig": ("bytes", b"\x00"), "tag": ("bytes32", TAG)}
        rest: dict[str, tuple[str, Any]] = dict.fromkeys(("eta", "expiration"), ("uint256", 0))
        rest["done"] = ("bool", False)
        said = rest | said
    chief = _chief(_etched(NOTE_VOTE_YAYS, address(9), spell))
    _says(chief, spell, approvals=("uint256", 7), **said)
    answers: dict[str, Known[Any] | Unknown] = {
        "approvals": Known(value=7, evidence=()),
        "hat": Known(value=spell if hat else address(21), evidence=()),
        NOW: Known(value=300, evidence=()),
    }
    state = CHIEF.complete_state(chief, int(spell, 16), CHIEF.read_state(answers))
    assert isinstance(state.state, Known)
    assert state.state.value == expected
    assert isinstance(state.for_votes, Unknown if expected in ("Executed", "Canceled", "Expired") else Known)


def test_approvals_stand_where_the_voters_slate_stands() -> None:
    slate = "0x" + keccak(hexstr="0x" + address(20)[2:].rjust(64, "0")).hex()
    chief = _chief(
        _etched(NOTE_VOTE_YAYS, address(9), address(20)),
        _note(NOTE_VOTE_SLATE, address(8), encode_call("vote(bytes32)", (slate,)), index=1),
        _note(NOTE_LOCK, address(7), encode_call("lock(uint256)", (5,)), index=2),
    )
    for voter, deposit in ((address(9), 0), (address(8), 4), (address(7), 5)):
        chief.calls[f"deposits of {voter}"] = (("uint256",), returned(chief.address, word(deposit)))
        held = slate if voter != address(7) else "0x" + "00" * 32
        chief.calls[f"votes of {voter}"] = (("bytes32",), returned(chief.address, held))
    assert [(one.voter, one.weight) for one in CHIEF.votes(chief)] == [(address(8), 4)]
    chief.calls["locked"] = (("uint256",), returned(chief.address, word(9)))
    power = CHIEF.voting_power(chief)
    assert isinstance(power, Known)
    assert power.value == {address(8): 4, address(7): 5}
    chief.calls["locked"] = (("uint256",), returned(chief.address, word(10)))
    assert isinstance(CHIEF.voting_power(chief), Unknown)


def test_a_hat_that_is_no_spell_acts_without_a_vote() -> None:
    chief = _chief(hat=address(5))
    _says(chief, address(5))
    assert [(one.address, one.capability) for one in CHIEF.besides(chief)] == [(address(5), Capability.EXECUTE)]
    _says(chief, address(5), action=("address", address(30)))
    assert list(CHIEF.besides(chief)) == []


@pytest.mark.parametrize("owner", [ZERO, address(6)])
def test_an_owner_of_the_pause_is_a_way_beside_the_vote(owner: str) -> None:
    chief = _chief()
    pause = contract(2, owner=("address", owner), authority=("address", chief.address), delay=("uint256", 60))
    found = parts(governors={chief.address: CHIEF}, executors={pause.address: PAUSE})
    token = contract(4)
    paths = Resolver(world(chief, pause, token, eoa(6)), found).paths(pause.address)
    kinds = {ActorKind.TOKEN_VOTE} if owner == ZERO else {ActorKind.TOKEN_VOTE, ActorKind.EOA}
    assert {path.kind for path in paths} == kinds
    assert all(isinstance(path.delay, Known) and path.delay.value == 60 for path in paths)


def test_a_pause_whose_owner_could_not_be_read_may_have_one() -> None:
    pause = contract(2, authority=("address", address(1)), delay=("uint256", 60))
    assert not PAUSE.callers(pause).complete


@pytest.mark.family("ds-chief")
@pytest.mark.parametrize("entry", ["pause", "proxy"])
def test_the_dao_is_found_from_its_pause_and_from_what_acts(families: Field, entry: str, tmp_path: Any) -> None:
    dao = families.daos["ds-chief"]
    run = daoscan("scan", dao.parts[entry], *families.options(), "--name", "keel", out=tmp_path)
    (governor,) = run.snapshot["governors"]["items"]
    assert (governor["address"], governor["family"]["value"]) == (dao.governor, "ds-chief")
    assert governor["executor"]["value"] == dao.parts["proxy"]
