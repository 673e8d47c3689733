"""Moloch of two generations: how they are told apart, what periods say, and what events alone do not prove."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.build import Workshop
from fixtures.contract import event_topic, signature_of, type_of
from fixtures.molochs import RECIPE
from scanner.chain.abi import encode, selector
from scanner.discovery.account import Account
from scanner.discovery.families import family_of, moloch
from scanner.discovery.families.interface import NOW
from scanner.discovery.families.moloch import SPONSORED_V2, SUBMITTED_V1, SUBMITTED_V2, MolochV1, MolochV2
from scanner.model.evidence import LogEvidence
from scanner.model.observation import Known, Unknown
from tests.discovery.support import address, code, contract, log, returned, word
from tests.e2e.conftest import Field, daoscan

V1, V2 = MolochV1(), MolochV2()
TIMES = {"summoningTime()": 1_000, "periodDuration()": 100, "votingPeriodLength()": 6, "gracePeriodLength()": 4}
FLAGS = ("sponsored", "processed", "passed", "cancelled", "whitelist", "kick")


def _abi(name: str) -> tuple[set[str], set[str]]:
    abi = Workshop().contract(RECIPE, name).abi
    functions = {signature_of(entry) for entry in abi if entry["type"] == "function"}
    events = {
        event_topic(f"{entry['name']}({','.join(type_of(part) for part in entry['inputs'])})")
        for entry in abi
        if entry["type"] == "event"
    }
    return functions, events


@pytest.mark.parametrize(
    ("family", "name", "selectors"),
    [
        (V1, "GuildV1", {"submitProposal(address,uint256,uint256,string)": "0x962006c3"}),
        (
            V2,
            "GuildV2",
            {
                "submitProposal(address,uint256,uint256,uint256,address,uint256,address,string)": "0x590f940b",
                "sponsorProposal(uint256)": "0x9746d940",
                "submitGuildKickProposal(address,string)": "0x115b2d18",
                "ragequit(uint256,uint256)": "0x15eb349e",
                "ragekick(address)": "0xdfdd369e",
            },
        ),
    ],
)
def test_functions_and_events_are_those_of_the_public_repository(
    family: MolochV1 | MolochV2, name: str, selectors: dict[str, str]
) -> None:
    """The selectors are those of the list of signatures (MolochVentures/moloch), the events those that are read."""
    functions, events = _abi(name)
    assert {selector(signature) for signature in selectors} == set(selectors.values())
    assert {*selectors, *family.functions, family.getter, "members(address)"} <= functions
    assert set(family.topics) <= events


def _guild(family: MolochV1 | MolochV2, *logs: LogEvidence) -> Account:
    times = {name.partition("(")[0]: ("uint256", value) for name, value in TIMES.items()}
    made = contract(1, *logs, **times)
    made.code = code(made.address, _code(family))
    return made


def _code(family: MolochV1 | MolochV2) -> str:
    return "0x" + "".join(f"63{selector(one)[2:]}14" for one in family.functions)


def test_the_generations_are_told_apart_and_from_what_lacks_a_function() -> None:
    for family in (V1, V2):
        account = _guild(family)
        found = family_of(account, _code(family))
        assert found is not None
        assert found.name == family.name
    assert not V1.recognise(_guild(V2), _code(V2))
    assert not V2.recognise(_guild(V1), _code(V1))
    assert family_of(_guild(V1), _code(V1).replace(selector("guildBank()")[2:], "00000000")) is None


def _row_v2(**changes: Any) -> tuple[Any, ...]:
    names = ("applicant", "proposer", "sponsor", "shares", "loot", "tribute", "first", "payment", "second", "start")
    zero: dict[str, Any] = dict.fromkeys((*names, "yes", "no"), 0)
    addresses = {one: address(9) for one in ("applicant", "proposer", "sponsor", "first", "second")}
    values = zero | addresses | changes
    return (*(values[one] for one in (*names, "yes", "no")), "text", 0)


def _answers(row: tuple[Any, ...], now: int, *flags: str) -> dict[str, Known[Any] | Unknown]:
    known: dict[str, Known[Any] | Unknown] = {name: Known(value=value, evidence=()) for name, value in TIMES.items()}
    known["struct"] = Known(value=row, evidence=())
    known["flags"] = Known(value=tuple(one in flags for one in FLAGS), evidence=())
    known[NOW] = Known(value=now, evidence=())
    return known


@pytest.mark.parametrize(
    ("now", "flags", "yes", "expected"),
    [
        (1_150, (), 0, "Pending"),
        (1_150, ("cancelled",), 0, "Canceled"),
        (1_199, ("sponsored",), 0, "Pending"),
        (1_200, ("sponsored",), 0, "Active"),
        (1_799, ("sponsored",), 5, "Active"),
        (1_800, ("sponsored",), 5, "Queued"),
        (1_800, ("sponsored",), 1, "Defeated"),
        (2_199, ("sponsored",), 5, "Queued"),
        (2_200, ("sponsored",), 5, "Succeeded"),
        (2_200, ("sponsored", "processed", "passed"), 5, "Executed"),
        (2_200, ("sponsored", "processed"), 5, "Defeated"),
    ],
)
def test_states_follow_from_flags_and_periods(now: int, flags: tuple[str, ...], yes: int, expected: str) -> None:
    read = V2.read_state(_answers(_row_v2(start=2, yes=yes, no=1), now, *flags))
    assert isinstance(read.state, Known)
    assert read.state.value == expected
    assert isinstance(read.eta, Known)
    assert read.eta.value == 1_000 + 12 * 100


def test_the_first_generation_counts_turnout_by_the_shares_of_its_time() -> None:
    row = (address(9), address(8), 5, 2, 3, 1, True, True, False, 7, "text", 40)
    read = V1.read_state(_answers(row, 9_999))
    assert isinstance(read.state, Known)
    assert isinstance(read.all_votes, Known)
    assert (read.state.value, read.all_votes.value) == ("Executed", 40)
    aborted = V1.read_state(_answers((*row[:8], True, *row[9:11], 0), 9_999))
    assert isinstance(aborted.state, Known)
    assert aborted.state.value == "Canceled"
    assert isinstance(aborted.all_votes, Unknown)


def _submitted_v2(number: int, *, payment: int = 0, kick: bool = False) -> LogEvidence:
    flags = (False, False, False, False, False, kick)
    row = (0, 0, 0, address(5), payment, address(5), "text", flags, number)
    return log(address(1), (SUBMITTED_V2, *(word(address(n)) for n in (7, 8, 8))), encode(V2.event, row))


def test_a_payment_is_a_transfer_and_a_kick_is_what_anyone_calls_then() -> None:
    sponsored = log(address(1), (SPONSORED_V2, word(1), word(2)), encode(("uint256",) * 3, (4, 2, 9)))
    account = _guild(V2, _submitted_v2(3, payment=6), _submitted_v2(4, kick=True), sponsored)
    paid, kicked = V2.proposals(account).proposals
    assert [(one.target, one.calldata[:10]) for one in paid.actions] == [(address(5), "0xa9059cbb")]
    assert [one.calldata[:10] for one in kicked.actions] == [
        selector("processGuildKickProposal(uint256)"),
        selector("ragekick(address)"),
    ]
    assert kicked.actions[0].calldata.endswith(f"{2:064x}")
    assert paid.proposer == address(8)


def test_an_event_that_the_state_contradicts_is_not_confirmed() -> None:
    account = _guild(V2, _submitted_v2(3, payment=6))
    for payment, expected in ((6, True), (7, False)):
        row = _row_v2(applicant=address(7), first=address(5), second=address(5), payment=payment)
        account.calls["proposal 3"] = (V2.struct, returned(account.address, encode(V2.struct, row)))
        (told,) = V2.proposals(account).proposals
        assert isinstance(told.bound, Known)
        assert told.bound.value is expected


@pytest.mark.parametrize(
    ("family", "topics", "data"),
    [
        (V1, (SUBMITTED_V1,), "0x" + "00" * 96),
        (V1, (SUBMITTED_V1, word(1), word(2), word(3)), "0x12"),
        (V2, (SUBMITTED_V2,), "0x"),
        (V2, (SUBMITTED_V2, word(1), word(2), word(3)), "0x" + "ff" * 512),
    ],
)
def test_a_log_that_does_not_decode_is_a_problem_and_no_proposal(
    family: MolochV1 | MolochV2, topics: tuple[str, ...], data: str
) -> None:
    account = _guild(family, log(address(1), topics, data))
    told = family.proposals(account)
    assert (told.proposals, len(told.problems)) == ((), 1)
    assert list(family.questions(account, _code(family)))


def test_shares_that_do_not_add_up_are_unknown() -> None:
    account = _guild(V2, _submitted_v2(3))
    account.calls["totalShares()"] = (("uint256",), returned(account.address, word(9)))
    held = (address(7), 4, 0, True, 0, 0)
    account.calls[f"members {address(7)}"] = (V2.member, returned(account.address, encode(V2.member, held)))
    assert isinstance(V2.voting_power(account), Unknown)
    account.calls["totalShares()"] = (("uint256",), returned(account.address, word(4)))
    power = V2.voting_power(account)
    assert isinstance(power, Known)
    assert power.value == {address(7): 4}


@pytest.mark.family("moloch-v1")
def test_the_guild_is_found_from_its_bank(families: Field, tmp_path: Any) -> None:
    dao = families.daos["moloch-v1"]
    run = daoscan("scan", dao.parts["bank"], *families.options(), "--name", "bank", out=tmp_path)
    (governor,) = run.snapshot["governors"]["items"]
    assert (governor["address"], governor["family"]["value"]) == (dao.governor, "moloch-v1")
    assert len(run.snapshot["proposals"]["items"]) == 5


def test_of_what_a_guild_holds_only_what_its_books_give_it_is_its_own() -> None:
    functions, _ = _abi("GuildV2")
    assert moloch._BOOKS in functions
    summoned = log(
        address(1),
        (moloch.SUMMONED_V2, word(address(5))),
        "0x" + encode(("address[]", *["uint256"] * 7), ([address(20), address(21)], *range(7)))[2:],
        index=1,
    )
    guild = _guild(V2, summoned)
    guild.calls["depositToken()"] = (("address",), returned(guild.address, encode(("address",), (address(20),))))
    asked = {getter.arguments: getter for getter in V2.questions(guild, _code(V2)) if getter.signature == moloch._BOOKS}
    assert set(asked) == {(moloch.GUILD, address(20)), (moloch.GUILD, address(21))}
    name = asked[(moloch.GUILD, address(20))].key
    guild.calls[name] = (("uint256",), returned(guild.address, encode(("uint256",), (116,))))
    kept = V2.keeps(guild, address(20))
    assert isinstance(kept, Known)
    assert kept.value == 116
    assert isinstance(V2.keeps(guild, address(21)), Unknown), "its books were not read: not all of it is the guild's"
    assert V2.keeps(guild, address(22)) is None


def test_what_waits_in_a_guild_of_the_first_generation_is_not_its_own() -> None:
    guild = _guild(V1)
    assert V1.keeps(guild, address(20)) is None, "no token was read: nothing is said of it"
    guild.calls["approvedToken()"] = (("address",), returned(guild.address, encode(("address",), (address(20),))))
    waits = V1.keeps(guild, address(20))
    assert isinstance(waits, Known)
    assert waits.value == 0
    assert V1.keeps(guild, address(21)) is None
