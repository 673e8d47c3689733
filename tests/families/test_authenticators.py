"""What authenticators of Snapshot X check: told by calls, never by names; what could not be told is unknown."""

from __future__ import annotations

from typing import Any

import pytest

from fixtures.build import Workshop
from fixtures.contract import event_topic, signature_of, type_of
from fixtures.daos.snapshot_x.dao import RECIPE
from scanner.chain.abi import encode, selector
from scanner.chain.interface import CallRead
from scanner.discovery.account import Account
from scanner.discovery.families import authenticators as asked
from scanner.discovery.families.authenticators import PLAIN, SIGNED
from scanner.discovery.families.snapshot_x import SnapshotX
from scanner.model.evidence import CallEvidence
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.support import AT, address, code, contract, log, parts, returned, world
from tests.e2e.conftest import Field

ONE, OTHER = address(5), address(6)
CLOSED, NOT_ADMITTED, NOT_YOU, NOT_SIGNED = "0xc105ed", "0xadade0", "0x5e4de4", "0x516eed"


def _space(*functions: str, **more: Any) -> Account:
    """A space that admits one authenticator, whose code has these functions."""
    made = contract(1, log(address(1), (asked.ADDED,), encode(("address[]",), ((ONE,),))), **more)
    keeper = contract(5)
    keeper.code = code(ONE, "0x" + "".join(f"63{selector(one)[2:]}14" for one in functions))
    made.met = {ONE: keeper, made.address: made}
    made.calls[f"authenticators(address) {ONE}"] = (("uint256",), returned(address(1), encode(("uint256",), (1,))))
    return made


def _said(data: str, *, passed: bool = False) -> Known[str] | Unknown:
    proof = CallEvidence(**AT.model_dump(), address=ONE, data="0x01", result=data, reverted=not passed)
    if passed:
        return Known(value=data, evidence=(proof,))
    return Unknown(reason=Reason.REVERTED, detail="the call reverts", evidence=(proof,))


def _answer(space: Account, **said: str) -> None:
    """Answer the calls of both acts, each by its word: what is said to it when it reverts."""
    fixed = {"stranger at the space": NOT_ADMITTED, "passed on": CLOSED}
    for getter in asked.questions(space):
        word = getter.key.partition(":")[0]
        if word in fixed or word.replace(" ", "_") in said:
            space.calls[getter.key] = ((), _said(said.get(word.replace(" ", "_"), fixed.get(word, ""))))


def _checks(space: Account) -> Known[str] | Unknown:
    (one,) = asked.authenticators(space).items
    return one.checks


def test_functions_and_events_are_those_of_the_public_repository() -> None:
    shop = Workshop()
    for name, function in (
        ("EthTxAuthenticator", PLAIN),
        ("VanillaAuthenticator", PLAIN),
        ("EthSigAuthenticator", SIGNED),
    ):
        abi = shop.contract(RECIPE, name).abi
        assert function in {signature_of(entry) for entry in abi if entry["type"] == "function"}
    abi = shop.contract(RECIPE, "Space").abi
    assert {"authenticators(address)"} | {f"{act.name}({','.join(act.types)})" for act in asked.ACTS} <= {
        signature_of(entry) for entry in abi if entry["type"] == "function"
    }
    events = {
        event_topic(f"{entry['name']}({','.join(type_of(part) for part in entry['inputs'])})")
        for entry in abi
        if entry["type"] == "event"
    }
    assert asked.ADDED in events


def test_every_call_is_made_as_the_stranger_the_named_one_or_the_authenticator() -> None:
    reads = [one.read for one in asked.questions(_space(PLAIN, SIGNED)) if one.sender]
    assert all(isinstance(one, CallRead) and one.sender for one in reads)
    by = {(one.address, one.sender) for one in reads if isinstance(one, CallRead)}
    assert (address(1), ONE) in by, "what the space says to what is passed on"
    assert len({sender for _, sender in by}) == 3
    assert ZERO_ADDRESS not in {sender for _, sender in by}


@pytest.mark.parametrize(
    ("functions", "said", "expected"),
    [
        ((PLAIN,), {"stranger": CLOSED, "named": CLOSED}, "anyone"),
        ((PLAIN,), {"stranger": NOT_YOU, "named": CLOSED}, "sender"),
        ((SIGNED,), {"made_up": NOT_SIGNED}, "signature"),
        ((SIGNED,), {"made_up": CLOSED}, "anyone"),
        ((PLAIN, SIGNED), {"stranger": NOT_YOU, "named": CLOSED, "made_up": CLOSED}, "anyone"),
        ((PLAIN, SIGNED), {"stranger": NOT_YOU, "named": CLOSED, "made_up": NOT_SIGNED}, "sender"),
        ((PLAIN,), {"stranger": NOT_YOU, "named": NOT_YOU}, None),
        ((), {}, None),
    ],
    ids=["nothing", "sender", "signature", "any-signature", "either", "both", "refuses-everybody", "no-function"],
)
def test_what_is_checked_shows_in_what_becomes_of_a_strangers_call(
    functions: tuple[str, ...], said: dict[str, str], expected: str | None
) -> None:
    space = _space(*functions)
    _answer(space, **said)
    checks = _checks(space)
    assert (checks.value if isinstance(checks, Known) else None) == expected
    assert checks.evidence
    weakest = asked.weakest(asked.authenticators(space))
    assert (weakest.value if isinstance(weakest, Known) else None) == expected


def test_a_space_that_treats_everybody_alike_shows_nothing() -> None:
    space = _space(PLAIN)
    _answer(space, stranger=NOT_ADMITTED, named=NOT_ADMITTED)
    for getter in asked.questions(space):
        if getter.key.startswith("passed on"):
            space.calls[getter.key] = ((), _said(NOT_ADMITTED))
    checks = _checks(space)
    assert isinstance(checks, Unknown)
    assert "answers it as it answers a stranger" in checks.detail


def test_what_is_refused_without_a_word_may_have_been_refused_by_anybody() -> None:
    space = _space(PLAIN)
    _answer(space, stranger="0x", named="0x", passed_on="0x")
    checks = _checks(space)
    assert isinstance(checks, Unknown)
    assert "without a word" in checks.detail
    _answer(space, stranger=NOT_YOU, named="0x", passed_on="0x")
    checks = _checks(space)
    assert isinstance(checks, Known)
    assert checks.value == "sender"


def test_one_act_that_is_let_through_is_enough_and_one_that_was_not_answered_leaves_it_open() -> None:
    space = _space(PLAIN)
    _answer(space, stranger=NOT_YOU, named=CLOSED)
    (propose,) = [one.key for one in asked.questions(space) if one.key.startswith("stranger: propose")]
    space.calls[propose] = ((), Unknown(reason=Reason.NODE_ERROR, detail="the node was down"))
    assert isinstance(_checks(space), Unknown)
    space.calls[propose] = ((), _said(CLOSED))
    checks = _checks(space)
    assert isinstance(checks, Known)
    assert checks.value == "anyone"
    assert "propose" in checks.derivation


def test_those_that_a_space_began_with_count_and_those_that_it_dropped_do_not() -> None:
    row = (address(9), 1, 2, 3, (address(9), b""), "", "", "", (), (), (ONE, OTHER))
    made = contract(1, log(address(1), (asked.CREATED,), encode(("address", asked._SETTINGS), (address(1), row))))
    assert asked.named_in(made) == (ONE, OTHER)
    for one, value in ((ONE, 1), (OTHER, 0)):
        made.calls[f"authenticators(address) {one}"] = (
            ("uint256",),
            returned(address(1), encode(("uint256",), (value,))),
        )
    assert asked.admitted(made) == (ONE,)
    del made.calls[f"authenticators(address) {OTHER}"]
    assert asked.admitted(made) == (ONE, OTHER), "what could not be read is not left out"


def test_a_space_of_which_no_log_names_an_authenticator_is_unknown() -> None:
    found = asked.authenticators(contract(1))
    assert not found.complete
    assert isinstance(asked.weakest(found), Unknown)
    broken = contract(
        1, log(address(1), (asked.ADDED,), "0x" + "ff" * 32), log(address(1), (asked.CREATED,), "0x01", index=1)
    )
    assert asked.named_in(broken) == ()


def test_who_acts_in_others_names_makes_the_space_act() -> None:
    from scanner.discovery.control.holders import Resolver

    space = _space(PLAIN, minVotingDuration=("uint256", 5), votingDelay=("uint256", 1), owner=("address", ZERO_ADDRESS))
    _answer(space, stranger=CLOSED, named=CLOSED)
    family = SnapshotX()
    assert {(one.address, one.capability) for one in family.besides(space)} == {(ZERO_ADDRESS, Capability.EXECUTE)}
    paths = Resolver(world(space), parts(governors={space.address: family})).paths(space.address)
    assert ActorKind.ANYONE in {path.kind for path in paths}
    _answer(space, stranger=NOT_YOU, named=CLOSED)
    assert not list(family.besides(space))


@pytest.mark.family("snapshot-x-open")
def test_a_real_one_that_asks_for_nothing_is_found_beside_one_that_asks_for_a_signature(families: Field) -> None:
    dao, run = families.daos["snapshot-x-open"], families.scan("snapshot-x-open")
    (space,) = run.snapshot["governors"]["items"]
    checks = {one["address"]: one["checks"]["value"] for one in space["authenticators"]["items"]}
    assert checks == {dao.parts["anyone"].lower(): "anyone", dao.parts["signed"].lower(): "signature"}
    assert space["authenticators"]["complete"]
    calls = [one for one in space["authentication"]["evidence"] if one["address"] == dao.parts["anyone"].lower()]
    assert calls, "the calls through it are the evidence"
    assert all(one["sender"] for one in calls)
