"""Aragon's DAOs of both generations: how they are told, what their logs are worth, what their votes say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from fixtures.aragonclassic import AGENT, FINANCE, OS, TOKEN_MANAGER, VAULT, VOTING, script
from fixtures.aragonosx import OSX
from fixtures.build import Recipe, Workshop
from fixtures.contract import event_topic, signature_of, type_of
from fixtures.ozgovernor import Call
from scanner.chain.abi import DecodeError, encode, selector
from scanner.discovery.account import Account
from scanner.discovery.control.grants import Grant, Grants
from scanner.discovery.evmscript import script_calls
from scanner.discovery.executors import executor_family_of
from scanner.discovery.families import aragon_classic, aragon_osx, family_of
from scanner.discovery.families.aragon_classic import AragonVoting
from scanner.discovery.families.aragon_osx import OsxAddresslistVoting, OsxMultisig, OsxTokenVoting
from scanner.discovery.families.interface import NOW
from scanner.discovery.permissions import acl, osx
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.support import address, code, contract, log, returned, word

DAO, PLUGIN, KEY, OTHER = address(1), address(2), address(3), address(4)


def _runtime(*signatures: str) -> str:
    return "0x" + "".join(f"63{selector(one)[2:]}14" for one in signatures)


def _functions(recipe: Recipe, name: str) -> tuple[str, ...]:
    abi = Workshop().contract(recipe, name).abi
    return tuple(signature_of(entry) for entry in abi if entry["type"] == "function")


def _answer(account: Account, key: str, types: Sequence[str], *values: Any) -> None:
    account.calls[key] = (tuple(types), returned(account.address, encode(tuple(types), values)))


# ------------------------------------------------------------------------------------------ what the packages declare


@pytest.mark.compiler
@pytest.mark.parametrize(
    ("recipe", "name", "topics"),
    [
        (OSX, "TokenVoting", (aragon_osx.CREATED, aragon_osx.VOTE_CAST)),
        (OSX, "Multisig", (aragon_osx.CREATED, aragon_osx.APPROVED)),
        (OSX, "DAO", (osx.GRANTED, osx.REVOKED)),
        (OS, "ACL", (acl.SET_PERMISSION, acl.SET_PARAMETERS, acl.CHANGE_MANAGER)),
        (VOTING, "Voting", (aragon_classic.START, aragon_classic.CAST, aragon_classic.EXECUTED)),
    ],
)
def test_topics_are_those_of_the_packages(recipe: Recipe, name: str, topics: tuple[str, ...]) -> None:
    abi = Workshop().contract(recipe, name).abi
    events = {
        event_topic(f"{entry['name']}({','.join(type_of(part) for part in entry['inputs'])})")
        for entry in abi
        if entry["type"] == "event"
    }
    assert set(topics) <= events


@pytest.mark.compiler
@pytest.mark.parametrize(
    ("recipe", "name", "kind"),
    [
        (OS, "Kernel", "aragon-kernel"),
        (OS, "ACL", "aragon-acl"),
        (AGENT, "Agent", "aragon-agent"),
        (VAULT, "Vault", "aragon-vault"),
        (FINANCE, "Finance", "aragon-finance"),
        (TOKEN_MANAGER, "TokenManager", "aragon-token-manager"),
    ],
)
def test_apps_are_told_by_their_functions_and_by_their_kernel(recipe: Recipe, name: str, kind: str) -> None:
    getter = {"acl": ("address", KEY)} if name == "Kernel" else {"kernel": ("address", KEY)}
    account = contract(2, **getter)
    runtime = _runtime(*_functions(recipe, name))
    family = executor_family_of(account, runtime)
    assert family is not None
    assert family.name == kind
    assert executor_family_of(contract(2), runtime) is None, "without a kernel it is no app"


@pytest.mark.compiler
@pytest.mark.parametrize(
    ("name", "family"), [("TokenVoting", OsxTokenVoting()), ("Multisig", OsxMultisig())], ids=["voting", "multisig"]
)
def test_plugins_are_told_by_what_they_answer_and_not_by_their_selectors(name: str, family: Any) -> None:
    runtime = _runtime(*_functions(OSX, name))
    account = contract(2)
    account.code = code(PLUGIN, runtime)
    assert not family.recognise(account, runtime), "nothing was answered yet"
    asked = {getter.signature: getter.outputs for getter in family.questions(account, runtime)}
    for signature, outputs in asked.items():
        _answer(account, signature, outputs, *({"address": KEY, "bool": True}.get(kind, 1) for kind in outputs))
    found = family_of(account, runtime)
    assert found is not None
    assert found.name == family.name
    assert not family.recognise(account, runtime.replace(selector("dao()")[2:], "00000000"))


def test_a_governor_that_only_counts_alike_is_no_voting() -> None:
    account = contract(2, token=("address", KEY), voteTime=("uint64", 5))
    assert family_of(account, _runtime("getVote(uint256)", "newVote(bytes,string)", "executeVote(uint256)")) is None


# ------------------------------------------------------------------------------------------------------------- votes


def test_a_script_is_read_as_it_is_run() -> None:
    calls = [Call(KEY, "0x12345678"), Call(OTHER, "0x")]
    assert list(script_calls(script(calls))) == [(KEY, "0x12345678"), (OTHER, "0x")]
    assert list(script_calls("0x00000001")) == []
    for broken in ("0x", "0x00000002", script(calls)[:-10], "0x00000001" + KEY[2:]):
        with pytest.raises(DecodeError):
            list(script_calls(broken))


def _voting(*logs: Any) -> Account:
    account = contract(2, *logs)
    _answer(account, "token()", ("address",), KEY)
    _answer(account, "voteTime()", ("uint64",), 100)
    return account


def _start(number: int = 0, about: str = "text") -> Any:
    return log(PLUGIN, (aragon_classic.START, word(number), word(KEY)), encode(("string",), (about,)), index=number)


def _vote(calls: str, *, open_: bool = True, executed: bool = False) -> tuple[Any, ...]:
    return (open_, executed, 1_000, 50, 5 * 10**17, 15 * 10**16, 6, 4, 100, bytes.fromhex(calls[2:]))


def test_the_calls_of_a_vote_are_those_that_the_state_holds() -> None:
    account = _voting(_start())
    (unread,) = AragonVoting().proposals(account).proposals
    assert unread.unread is not None, "the event tells no calls"
    _answer(account, "getVote(uint256) 0", aragon_classic._VOTE, *_vote(script([Call(OTHER, "0x12345678")])))
    (one,) = AragonVoting().proposals(account).proposals
    assert [(action.target, action.calldata, action.delegate) for action in one.actions] == [
        (OTHER, "0x12345678", False)
    ]
    assert (one.vote_start, one.vote_end, one.weighed_at) == (1_000, 1_100, 50)
    assert one.held
    _answer(account, "getVote(uint256) 0", aragon_classic._VOTE, *_vote("0x00000002"))
    (odd,) = AragonVoting().proposals(account).proposals
    assert odd.unread is not None
    assert odd.unread.reason is Reason.UNDECODABLE


@pytest.mark.parametrize(
    ("row", "can", "state"),
    [
        (_vote("0x", executed=True, open_=False), False, "Executed"),
        (_vote("0x"), True, "Succeeded"),
        (_vote("0x"), False, "Active"),
        (_vote("0x", open_=False), False, "Defeated"),
    ],
)
def test_a_vote_that_is_decided_early_has_succeeded(row: tuple[Any, ...], can: bool, state: str) -> None:
    known = {
        "vote": Known(value=row, evidence=()),
        "can": Known(value=can, evidence=()),
        NOW: Known(value=1, evidence=()),
    }
    read = AragonVoting().read_state(known)
    assert isinstance(read.state, Known)
    assert read.state.value == state
    assert isinstance(read.quorum, Known)
    assert read.quorum.value == 16, "more than 15 of 100"


def test_a_vote_that_was_changed_counts_once() -> None:
    def cast(supports: bool, stake: int, index: int) -> Any:
        topics = (aragon_classic.CAST, word(0), word(KEY))
        return log(PLUGIN, topics, encode(("bool", "uint256"), (supports, stake)), index=index)

    (vote,) = AragonVoting().votes(_voting(cast(True, 5, 1), cast(False, 5, 2)))
    assert (vote.support, vote.weight) == (0, 5)


def test_who_may_start_votes_decides_what_it_takes() -> None:
    account = _voting()
    assert isinstance(AragonVoting().proposal_threshold(account), Unknown)

    def held(*who: str) -> Known[int] | Unknown:
        items = tuple(Grant(PLUGIN, one, acl.ID["CREATE_VOTES"], "CREATE_VOTES_ROLE") for one in who)
        account.grants = Grants(DAO, items)
        return AragonVoting().proposal_threshold(account)

    _answer(account, "controller() of its token", ("address",), OTHER)
    for who, least in ((ZERO_ADDRESS, 0), (OTHER, 1)):
        found = held(who)
        assert isinstance(found, Known)
        assert found.value == least
    assert isinstance(held(KEY), Unknown)


def test_who_may_change_the_rules_besides_the_vote_is_told() -> None:
    account = _voting()
    assert isinstance(AragonVoting().admin(account), Unknown), "nothing was read"
    account.grants = Grants(DAO, (Grant(PLUGIN, PLUGIN, acl.ID["MODIFY_QUORUM"], "MODIFY_QUORUM_ROLE"),))
    admin = AragonVoting().admin(account)
    assert isinstance(admin, Known)
    assert admin.value == PLUGIN
    account.grants = Grants(DAO, (Grant(PLUGIN, KEY, acl.ID["MODIFY_SUPPORT"], "manages MODIFY_SUPPORT_ROLE"),))
    (beside,) = AragonVoting().besides(account)
    assert (beside.address, beside.capability) == (KEY, Capability.SET_PARAMETERS)


def _proposed(*actions: tuple[str, int, bytes], text: bytes = b"text") -> Any:
    data = encode(aragon_osx._CREATED_TYPES, (100, 200, text, list(actions), 0))
    return log(PLUGIN, (aragon_osx.CREATED, word(0), word(KEY)), data)


def test_a_plugin_s_state_goes_before_its_event() -> None:
    account = contract(2, _proposed((KEY, 1, b"")), dao=("address", DAO))
    (told,) = OsxTokenVoting().proposals(account).proposals
    assert (told.actions[0].target, told.held) == (KEY, ())
    held = (True, False, (0, 500_000, 100, 200, 40, 5), (1, 2, 3), [(OTHER, 2, b"\x01")])
    _answer(account, "getProposal(uint256) 0", OsxTokenVoting.state_types, *held)
    (one,) = OsxTokenVoting().proposals(account).proposals
    assert [(action.target, action.value) for action in one.actions] == [(OTHER, 2)]
    assert one.weighed_at == 40
    assert OsxTokenVoting().executor(account) == DAO


def test_text_that_is_no_text_is_shown_and_breaks_nothing() -> None:
    account = contract(2, _proposed(text=b"\xff\xfe"), log(PLUGIN, (aragon_osx.CREATED,), index=3))
    told = OsxTokenVoting().proposals(account)
    assert len(told.proposals) == 1
    assert len(told.problems) == 1


@pytest.mark.parametrize(
    ("row", "can", "now", "state"),
    [
        ((False, True, (0, 0, 100, 200, 0, 7), (0, 0, 0)), False, 150, "Executed"),
        ((True, False, (0, 0, 100, 200, 0, 7), (0, 0, 0)), True, 150, "Succeeded"),
        ((True, False, (0, 0, 100, 200, 0, 7), (0, 0, 0)), False, 150, "Active"),
        ((False, False, (0, 0, 100, 200, 0, 7), (0, 0, 0)), False, 50, "Pending"),
        ((False, False, (0, 0, 100, 200, 0, 7), (0, 0, 0)), False, 250, "Defeated"),
    ],
)
def test_states_of_token_voting(row: tuple[Any, ...], can: bool, now: int, state: str) -> None:
    answers = {
        "state": Known(value=row, evidence=()),
        "can": Known(value=can, evidence=()),
        NOW: Known(value=now, evidence=()),
    }
    read = OsxTokenVoting().read_state(answers)
    assert isinstance(read.state, Known)
    assert read.state.value == state


@pytest.mark.parametrize(
    ("executed", "approvals", "can", "now", "state"),
    [
        (True, 3, False, 150, "Executed"),
        (False, 3, True, 150, "Succeeded"),
        (False, 1, False, 150, "Active"),
        (False, 1, False, 50, "Pending"),
        (False, 1, False, 250, "Defeated"),
        (False, 3, False, 250, "Expired"),
    ],
)
def test_states_of_a_multisig(executed: bool, approvals: int, can: bool, now: int, state: str) -> None:
    row = (executed, approvals, (3, 1, 100, 200), [])
    answers = {
        "state": Known(value=row, evidence=()),
        "can": Known(value=can, evidence=()),
        NOW: Known(value=now, evidence=()),
    }
    read = OsxMultisig().read_state(answers)
    assert isinstance(read.state, Known)
    assert read.state.value == state


def test_participation_is_rounded_up_and_a_replaced_vote_counts_once() -> None:
    account = contract(2)
    _answer(account, "totalVotingPower(uint256)@block", ("uint256",), 101)
    _answer(account, "minParticipation()", ("uint32",), 100_000)
    quorum = OsxTokenVoting().quorum(account, "timestamp")
    assert isinstance(quorum, Known)
    assert quorum.value == 11

    def cast(option: int, index: int) -> Any:
        return log(
            PLUGIN, (aragon_osx.VOTE_CAST, word(0), word(KEY)), encode(("uint8", "uint256"), (option, 5)), index=index
        )

    (vote,) = OsxTokenVoting().votes(contract(2, cast(2, 1), cast(1, 2)))
    assert vote.support == 2, "abstained in the end"


def test_signers_are_no_vote() -> None:
    account = contract(2)
    _answer(account, "multisigSettings()", ("bool", "uint16"), True, 3)
    signers = OsxMultisig().signers(account)
    assert isinstance(signers, Known)
    assert signers.value == 3
    assert not ActorKind.MULTISIG.is_vote
    assert isinstance(OsxMultisig().voting_period(account), Unknown)
    assert OsxAddresslistVoting.vote is ActorKind.SHARE_VOTE
