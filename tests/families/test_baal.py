"""Baal: how it is told, whom its shamans and its Safe let act, and what its hashes bind."""

from __future__ import annotations

from typing import Any

import pytest
from eth_utils.crypto import keccak

from fixtures.baals import BAAL, ETH, SETTINGS_TYPES
from fixtures.build import Workshop
from fixtures.contract import Contract, calldata, event_topic, signature_of, type_of
from scanner.chain.abi import encode, selector
from scanner.discovery.account import Account
from scanner.discovery.control.holders import Resolver
from scanner.discovery.families import baal, family_of
from scanner.discovery.families.baal import SUBMIT_PROPOSAL, Baal
from scanner.discovery.membership.frameworks import SHAMAN_SET, shamans
from scanner.model.evidence import LogEvidence
from scanner.model.kinds import ActorKind, Capability, MembershipKind
from scanner.model.observation import Known, Reason, Unknown
from tests.discovery.support import address, code, contract, eoa, log, parts, returned, word, world
from tests.e2e.conftest import Field, daoscan

FAMILY = Baal()
SAFE, LIBRARY = address(70), address(71)
STRUCT = baal._STRUCT
CODE = "0x" + "".join(f"63{one[2:]}14" for one in baal._FUNCTIONS)


def _baal(*logs: LogEvidence, **answers: tuple[str, Any]) -> Account:
    made = contract(
        1, *logs, avatar=("address", SAFE), owner=("address", SAFE), multisendLibrary=("address", LIBRARY), **answers
    )
    made.code = code(made.address, CODE)
    return made


def _submitted(number: int, data: bytes) -> LogEvidence:
    row = (259_200, data, 0, 0, True, 1, "text")
    types = ("uint256", "bytes", "uint256", "uint256", "bool", "uint256", "string")
    return log(address(1), (SUBMIT_PROPOSAL, word(number), "0x" + "00" * 32), encode(types, row))


def _row(**changes: Any) -> tuple[Any, ...]:
    names = ("id", "previous", "start", "end", "grace", "expiration", "gas", "yes", "no", "most", "shares", "sponsor")
    values = dict.fromkeys(names, 1) | {"sponsor": address(9), "hash": "0x" + "00" * 32} | changes
    return tuple(values.values())


def test_selectors_and_topics_are_those_of_the_package() -> None:
    abi = Workshop().contract(BAAL, "Baal").abi
    functions = {selector(signature_of(entry)) for entry in abi if entry["type"] == "function"}
    assert set(baal._FUNCTIONS) <= functions
    events = {
        event_topic(f"{entry['name']}({','.join(type_of(part) for part in entry['inputs'])})")
        for entry in abi
        if entry["type"] == "event"
    }
    assert {*FAMILY.topics, SHAMAN_SET} <= events
    (held,) = [entry for entry in abi if entry.get("name") == "proposals"]
    assert tuple(type_of(part) for part in held["outputs"]) == STRUCT
    assert SETTINGS_TYPES == ("uint32", "uint32", "uint256", "uint256", "uint256", "uint256")


def test_it_is_told_from_the_template_and_from_what_lacks_a_function() -> None:
    account = _baal()
    family = family_of(account, CODE)
    assert family is not None
    assert family.name == "baal"
    template = contract(2, avatar=("address", "0x" + "00" * 20))
    assert not FAMILY.recognise(template, CODE)
    assert not FAMILY.recognise(account, CODE.replace(selector("shamans(address)")[2:], "00000000"))


def test_the_hash_that_the_state_holds_binds_the_events_data() -> None:
    data = b"\x8d\x80\xff\x0a"
    account = _baal(_submitted(1, data))
    (before,) = FAMILY.proposals(account).proposals
    assert isinstance(before.bound, Unknown)
    right = "0x" + keccak(hexstr=encode(("bytes",), (data,))).hex()
    for held, expected in ((right, True), ("0x" + "11" * 32, False)):
        account.calls["proposals 1"] = (STRUCT, returned(account.address, encode(STRUCT, _row(hash=held))))
        (told,) = FAMILY.proposals(account).proposals
        assert isinstance(told.bound, Known)
        assert told.bound.value is expected
    assert (told.actions[0].target, told.actions[0].delegate, told.proposer) == (LIBRARY, True, address(9))


@pytest.mark.parametrize("number", [2**32, 2**256 - 1])
def test_a_number_that_no_baal_gives_is_a_problem_and_no_proposal(number: int) -> None:
    told = FAMILY.proposals(_baal(_submitted(number, b"")))
    assert told.proposals == ()
    assert len(told.problems) == 1


def test_a_log_without_topics_or_data_is_a_problem() -> None:
    broken = (log(address(1), (SUBMIT_PROPOSAL,), "0x"), log(address(1), (SUBMIT_PROPOSAL, word(1), word(2)), "0x12"))
    told = FAMILY.proposals(_baal(*broken))
    assert (told.proposals, len(told.problems)) == ((), 2)


def test_shamans_are_what_the_state_says_and_a_permission_beyond_three_bits_is_none() -> None:
    logs = [log(address(1), (SHAMAN_SET, word(address(n))), word(n % 8 or 8)) for n in (2, 4, 7, 8)]
    account = _baal(*logs)
    account.calls[f"shamans {address(4)}"] = (("uint256",), returned(account.address, word(0)))
    assert [(who, bits) for who, bits, _ in shamans(account)] == [(address(2), 2), (address(7), 7)]
    rights = {(one.address, one.capability) for one in FAMILY.besides(account)}
    assert (address(2), Capability.MINT) in rights
    assert (address(2), Capability.CANCEL) not in rights
    assert {right for who, right in rights if who == address(7)} == {
        Capability.PAUSE,
        Capability.MINT,
        Capability.CONFISCATE,
        Capability.MOVE_FUNDS,
        Capability.SET_PARAMETERS,
        Capability.CANCEL,
    }


@pytest.mark.parametrize(("bits", "expected"), [(1, set()), (2, {Capability.MOVE_FUNDS}), (4, {Capability.EXECUTE})])
def test_who_mints_shares_leaves_with_the_money_and_who_names_the_forwarder_speaks_for_the_safe(
    bits: int, expected: set[Capability]
) -> None:
    shaman = log(address(1), (SHAMAN_SET, word(address(3))), word(bits))
    account = _baal(shaman, trustedForwarder=("address", "0x" + "00" * 20))
    alone = [one for one in FAMILY.besides(account) if one.address == address(3)]
    reach = {Capability.MOVE_FUNDS, Capability.EXECUTE}
    assert {one.capability for one in alone} & reach == expected
    assert all((one.where == SAFE) is (one.capability is Capability.MOVE_FUNDS) for one in alone)


def test_without_a_forwarder_to_name_a_shaman_that_governs_speaks_for_nobody() -> None:
    account = _baal(log(address(1), (SHAMAN_SET, word(address(3))), word(4)))
    assert Capability.EXECUTE not in {one.capability for one in FAMILY.besides(account) if one.address == address(3)}


def _safe(owners: list[str], threshold: int) -> Account:
    made = contract(70, getOwners=("address[]", owners), getThreshold=("uint256", threshold))
    page = encode(("address[]", "address"), ([address(1)], "0x" + "00" * 19 + "01"))
    made.calls["modules"] = (("address[]", "address"), returned(made.address, page))
    return made


def _kinds(owners: list[str], threshold: int) -> dict[str, set[ActorKind]]:
    safe, account = _safe(owners, threshold), _baal()
    found = parts(safes={safe.address}, governors={account.address: FAMILY})
    resolver = Resolver(world(safe, account, eoa(5), eoa(6)), found)
    return {one: {path.kind for path in resolver.paths(one)} for one in (safe.address, account.address)}


def test_a_safe_whose_owners_act_by_a_vote_is_no_multisig() -> None:
    only = {ActorKind.SHARE_VOTE}
    assert _kinds([address(1)], 1) == {SAFE: only, address(1): only}
    assert _kinds([address(1), address(5)], 2) == {SAFE: only, address(1): only}


def test_one_key_among_the_owners_commands_safe_and_baal() -> None:
    both = {ActorKind.SHARE_VOTE, ActorKind.MULTISIG}
    assert _kinds([address(1), address(5)], 1) == {SAFE: both, address(1): both}
    assert _kinds([address(5)], 1) == {SAFE: both, address(1): both}


def test_a_forwarder_that_is_trusted_speaks_for_the_safe() -> None:
    account = _baal(trustedForwarder=("address", address(5)))
    safe = _safe([address(1)], 1)
    found = parts(safes={safe.address}, governors={account.address: FAMILY})
    kinds = {path.kind for path in Resolver(world(safe, account, eoa(5)), found).paths(safe.address)}
    assert kinds == {ActorKind.SHARE_VOTE, ActorKind.EOA}


@pytest.mark.parametrize(
    ("state", "flags", "changes", "expected"),
    [
        (1, (0, 0, 0, 0), {}, "Pending"),
        (2, (0, 0, 0, 0), {}, "Active"),
        (3, (1, 0, 0, 0), {}, "Canceled"),
        (4, (0, 0, 0, 0), {"yes": 30, "no": 10}, "Queued"),
        (4, (0, 0, 0, 0), {"yes": 10, "no": 30}, "Defeated"),
        (5, (0, 0, 0, 0), {"yes": 30, "no": 10}, "Succeeded"),
        (5, (0, 0, 0, 0), {"yes": 19, "no": 10}, "Defeated"),
        (6, (0, 1, 1, 0), {"yes": 30, "no": 10}, "Executed"),
        (6, (0, 1, 0, 0), {"yes": 30, "no": 10}, "Defeated"),
        (6, (0, 1, 1, 1), {"yes": 30, "no": 10}, "Expired"),
        (7, (0, 0, 0, 0), {}, "Defeated"),
        (9, (0, 0, 0, 0), {}, "state 9"),
    ],
)
def test_states_are_put_in_the_words_of_igovernor(
    state: int, flags: tuple[int, ...], changes: dict[str, int], expected: str
) -> None:
    row = _row(shares=100, **changes)
    answers: dict[str, Known[Any] | Unknown] = {
        "state": Known(value=state, evidence=()),
        "flags": Known(value=tuple(map(bool, flags)), evidence=()),
        "struct": Known(value=row, evidence=()),
        "percent": Known(value=20, evidence=()),
    }
    read = FAMILY.read_state(answers)
    assert isinstance(read.state, Known)
    assert read.state.value == expected
    assert isinstance(read.quorum, Known)
    assert read.quorum.value == 20


def test_a_proposal_that_the_state_does_not_know_has_no_state() -> None:
    unread = Unknown(reason=Reason.REVERTED, detail="no")
    answers = {"state": Known(value=0, evidence=()), "flags": unread, "struct": unread, "percent": unread}
    state = FAMILY.read_state(answers).state
    assert isinstance(state, Unknown)
    assert state.reason is Reason.REVERTED


@pytest.mark.family("baal")
@pytest.mark.parametrize("entry", ["shares", "avatar"])
def test_the_guild_is_found_from_its_shares_and_from_its_safe(families: Field, entry: str, tmp_path: Any) -> None:
    dao = families.daos["baal"]
    run = daoscan("scan", dao.parts[entry], *families.options(), "--name", "baal", out=tmp_path)
    assert run.code in (0, 1), run.stderr
    (governor,) = run.snapshot["governors"]["items"]
    assert (governor["address"], governor["family"]["value"]) == (dao.governor, "baal")
    assert run.snapshot["membership"]["kind"]["value"] == MembershipKind.SPONSORED
    assert len(run.snapshot["proposals"]["items"]) == 5


@pytest.mark.family("baal")
def test_a_shaman_of_either_kind_empties_the_safe_without_a_vote(families: Field) -> None:
    chain, parts = families.chain, families.daos["baal"].parts
    guild = Contract(chain, families.daos["baal"].governor, Workshop().contract(BAAL, "Baal").abi)
    safe, keeper, thief = parts["avatar"], parts["keeper"], chain.accounts[-2]
    before = chain.rpc("evm_snapshot")
    guild.send(keeper, "mintShares", [keeper], [10**40])
    guild.send(keeper, "ragequit", keeper, 10**40, 0, [ETH])
    assert chain.balance(safe) < 10
    assert chain.rpc("evm_revert", before)
    before = chain.rpc("evm_snapshot")
    chain.rpc("anvil_impersonateAccount", parts["council"])
    chain.rpc("anvil_setBalance", parts["council"], hex(10**18))
    guild.send(parts["council"], "setTrustedForwarder", thief)
    pay = calldata("execTransactionFromModule(address,uint256,bytes,uint8)", thief, chain.balance(safe), b"", 0)
    as_the_safe = guild.data("executeAsBaal", safe, 0, pay) + safe[2:]
    chain.send(thief, guild.address, as_the_safe)
    assert chain.balance(safe) == 0
    assert chain.rpc("evm_revert", before)
