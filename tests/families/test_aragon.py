"""Aragon's DAOs of both generations: how they are told, what their logs are worth, what their votes say."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from fixtures.aragonclassic import AGENT, FINANCE, OS, TOKEN_MANAGER, VAULT, VOTING, app_id, role, script
from fixtures.aragonosx import OSX
from fixtures.build import Recipe, Workshop
from fixtures.contract import event_topic, signature_of, type_of
from fixtures.ozgovernor import Call
from scanner.chain.abi import DecodeError, encode, selector
from scanner.discovery.account import Account
from scanner.discovery.evmscript import script_calls
from scanner.discovery.executors import executor_family_of
from scanner.discovery.families import aragon_classic, aragon_osx, family_of
from scanner.discovery.families.aragon_classic import AragonVoting
from scanner.discovery.families.aragon_osx import OsxAddresslistVoting, OsxMultisig, OsxTokenVoting
from scanner.discovery.families.interface import NOW
from scanner.discovery.grants import Grant, Grants
from scanner.discovery.permissions import acl, osx
from scanner.discovery.permissions.claims import MAX_CLAIMS, question
from scanner.discovery.permissions.settle import settle_permissions
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.support import address, code, contract, log, returned, word, world
from tests.e2e.conftest import Field, daoscan

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


# ------------------------------------------------------------------------------------------------------- permissions


def _granted(name: str, where: str, who: str, *, flag: str = osx.ALLOW_FLAG, index: int = 0) -> Any:
    return log(
        DAO,
        (osx.GRANTED, osx.ID[name], word(KEY), word(who)),
        encode(("address", "address"), (where, flag)),
        index=index,
    )


def _revoked(name: str, where: str, who: str, *, index: int) -> Any:
    return log(DAO, (osx.REVOKED, osx.ID[name], word(KEY), word(who)), encode(("address",), (where,)), index=index)


def _says(account: Account, claims: Sequence[Any], *answers: bool | None) -> None:
    for claim, answer in zip(claims, answers, strict=True):
        said: Known[str] | Unknown = Unknown(reason=Reason.NODE_ERROR, detail="no answer")
        if answer is not None:
            said = returned(account.address, word(int(answer)))
        account.calls[question(claim)] = (("bool",), said)


def _who(grants: Sequence[Grant]) -> list[str]:
    return [grant.who for grant in grants]


def test_the_dao_decides_and_not_its_logs() -> None:
    dao = contract(1, _granted("EXECUTE", DAO, KEY), _granted("EXECUTE", DAO, OTHER, index=1))
    assert _who(osx.ledger(dao).grants) == [KEY, OTHER], "until it was asked its logs stand"
    _says(dao, osx.claims(dao), True, False)
    book = osx.ledger(dao)
    assert (_who(book.grants), book.complete) == ([KEY], True)


def test_what_a_log_takes_back_is_asked_about_too() -> None:
    dao = contract(1, _granted("ROOT", DAO, KEY), _revoked("ROOT", DAO, KEY, index=1))
    assert osx.ledger(dao).grants == ()
    _says(dao, osx.claims(dao), True)
    assert _who(osx.ledger(dao).grants) == [KEY], "the log lied"


def test_a_permission_that_nothing_confirms_stands_and_there_may_be_more() -> None:
    dao = contract(1, _granted("EXECUTE", DAO, KEY))
    _says(dao, osx.claims(dao), None)
    book = osx.ledger(dao)
    assert (_who(book.grants), book.complete) == ([KEY], False)
    dao.logs = Unknown(reason=Reason.NO_LOGS, detail="no logs")
    assert not osx.ledger(dao).complete


def test_a_condition_is_no_permission_to_do_everything() -> None:
    dao = contract(1, _granted("EXECUTE", DAO, KEY, flag=OTHER))
    _says(dao, osx.claims(dao), False)
    (grant,) = osx.ledger(dao).grants
    assert OTHER in grant.condition
    runtime = _runtime(osx.HAS_PERMISSION, "isGranted(address,address,bytes32,bytes)", "grant(address,address,bytes32)")
    family = executor_family_of(dao, runtime + _runtime("execute(bytes32,(address,uint256,bytes)[],uint256)")[2:])
    assert family is not None
    (caller,) = family.callers(dao).items
    assert caller.limits


def test_any_address_is_anyone_and_odd_logs_are_nobody() -> None:
    odd = log(DAO, (osx.GRANTED, osx.ID["MINT"], word(KEY), word(KEY)), "0x12", index=1)
    dao = contract(1, _granted("MINT", PLUGIN, osx.ANY_ADDRESS), odd, log(DAO, (osx.GRANTED,), index=2))
    assert _who(osx.ledger(dao).grants) == [ZERO_ADDRESS]


def test_more_permissions_than_can_be_asked_about_leave_the_rest_open() -> None:
    logs = (_granted("EXECUTE", DAO, address(100 + index), index=index) for index in range(MAX_CLAIMS + 1))
    dao = contract(1, *logs)
    book = osx.ledger(dao)
    assert (len(book.grants), book.complete) == (MAX_CLAIMS, False)
    assert len(list(osx.questions(dao))) == MAX_CLAIMS


def test_a_stranger_s_dao_keeps_no_permissions_of_others() -> None:
    runtime = _runtime(osx.HAS_PERMISSION, "isGranted(address,address,bytes32,bytes)", "grant(address,address,bytes32)")
    own = contract(1, _granted("UPGRADE_PLUGIN", PLUGIN, DAO))
    forged = _granted("UPGRADE_PLUGIN", PLUGIN, KEY)
    strange = contract(4, log(OTHER, forged.topics, forged.data))
    for one in (own, strange):
        one.code = code(one.address, runtime)
    plugin = contract(2, dao=("address", DAO))
    settle_permissions(world(own, strange, plugin))
    assert plugin.grants is not None
    assert _who(plugin.grants.items) == [DAO]


def _set(app: str, who: str, name: str, *, allowed: bool = True, index: int = 0) -> Any:
    return log(DAO, (acl.SET_PERMISSION, word(who), word(app), acl.ID[name]), word(int(allowed)), index=index)


def _managed(app: str, name: str, manager: str, *, index: int) -> Any:
    return log(DAO, (acl.CHANGE_MANAGER, word(app), acl.ID[name], word(manager)), index=index)


def test_who_manages_a_role_holds_it_and_who_creates_permissions_holds_what_nobody_manages() -> None:
    keeper = contract(
        1,
        _set(DAO, KEY, "CREATE_PERMISSIONS"),
        _set(PLUGIN, KEY, "EXECUTE", index=1),
        _managed(PLUGIN, "EXECUTE", OTHER, index=2),
        _managed(PLUGIN, "RUN_SCRIPT", acl.BURNED, index=3),
        _managed(PLUGIN, "TRANSFER", ZERO_ADDRESS, index=4),
    )
    book = acl.ledger(keeper)
    here = [(grant.who, grant.words, grant.now) for grant in book.grants if grant.where == PLUGIN]
    assert here == [(KEY, "EXECUTE_ROLE", True), (OTHER, "manages EXECUTE_ROLE", False)]
    roles = tuple(acl.ID[name] for name in ("EXECUTE", "RUN_SCRIPT", "TRANSFER"))
    created = list(acl.creators(keeper, book, PLUGIN, roles))
    assert [(grant.who, grant.permission) for grant in created] == [(KEY, acl.ID["TRANSFER"])]


def test_parameters_narrow_a_role_until_it_is_set_again() -> None:
    narrowed = log(DAO, (acl.SET_PARAMETERS, word(KEY), word(PLUGIN), acl.ID["TRANSFER"]), word(7), index=1)
    keeper = contract(1, _set(PLUGIN, KEY, "TRANSFER"), narrowed)
    (grant,) = acl.ledger(keeper).grants
    assert grant.condition
    keeper = contract(1, _set(PLUGIN, KEY, "TRANSFER"), narrowed, _set(PLUGIN, KEY, "TRANSFER", index=2))
    (grant,) = acl.ledger(keeper).grants
    assert not grant.condition


def test_role_names_are_those_whose_hash_the_contracts_keep() -> None:
    assert acl.ID["TRANSFER"] == "0x" + role("TRANSFER").hex()
    assert app_id("acl").hex() == "e3262375f45a6e2026b7e7b18c2b807434f2508fe1a2a3dfb493c7df8f4aad6a"
    assert app_id("vault").hex() == "7e852e0fcfce6551c13800f1e7476f982525c2b5277ba14b24339c68416336d1"


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


# -------------------------------------------------------------------------------------------------------------- scans


@pytest.mark.family("aragon-osx")
def test_who_asks_about_the_token_finds_the_dao_and_both_plugins(families: Field, tmp_path: Path) -> None:
    dao = families.daos["aragon-osx"]
    run = daoscan("scan", dao.parts["token"], *families.options(), out=tmp_path / "token")
    assert {one["address"] for one in run.snapshot["governors"]["items"]} == {dao.governor, dao.parts["multisig"]}
    assert run.snapshot["controls"] == families.scan("aragon-osx").snapshot["controls"]


@pytest.mark.family("aragon-classic")
def test_who_asks_about_the_token_finds_the_organisation(families: Field, tmp_path: Path) -> None:
    dao = families.daos["aragon-classic"]
    run = daoscan("scan", dao.parts["token"], *families.options(), out=tmp_path / "token")
    assert [one["address"] for one in run.snapshot["governors"]["items"]] == [dao.governor]
    assert run.snapshot["controls"] == families.scan("aragon-classic").snapshot["controls"]


@pytest.mark.family("aragon-osx-key", "aragon-classic-key")
@pytest.mark.parametrize(
    ("name", "key", "where", "kind"),
    [
        ("aragon-osx-key", "founder", "dao", "eoa"),
        ("aragon-osx-key", "warden", "dao", "eoa"),
        ("aragon-osx-key", "clerk", "dao", "unresolved"),
        ("aragon-classic-key", "driver", "agent", "eoa"),
        ("aragon-classic-key", "bursar", "vault", "unresolved"),
    ],
)
def test_each_key_moves_funds_as_far_as_it_may(families: Field, name: str, key: str, where: str, kind: str) -> None:
    parts = families.daos[name].parts
    found = [
        edge["actor_kind"]
        for edge in families.scan(name).snapshot["controls"]["items"]
        if edge["actor"] == parts[key] and edge["contract"] == parts[where] and edge["capability"] == "move-funds"
    ]
    assert set(found) == {kind}


@pytest.mark.family("aragon-osx", "aragon-classic")
@pytest.mark.parametrize("name", ["aragon-osx", "aragon-classic"])
def test_nearly_every_guard_is_resolved_and_checked(families: Field, name: str) -> None:
    passages = families.scan(name).snapshot["passages"]["items"]
    guarded = [one for one in passages if one["guard"] == "caller"]
    good = [one for one in guarded if one["complete"] and one["checked"] in ("passed", "refused")]
    assert len(guarded) >= 8
    assert len(good) >= 0.9 * len(guarded)
