"""A governor of no known family: by its own ABI and source, by its selectors without them, and by nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from scanner.chain.abi import encode, selector, topic
from scanner.discovery.account import Account
from scanner.discovery.families import family_of, homemade
from scanner.discovery.families.unknown import UnknownGovernor
from scanner.model.kinds import Verification
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.snapshot import SourceBundle, SourceFile
from scanner.sources.interface import NoSource, VerifiedSource
from tests.discovery.support import address, code, contract, returned, reverted, word
from tests.discovery.support import log as made_log
from tests.e2e.conftest import Field

FAMILY = UnknownGovernor()
OF_ONE_FILE = ("propose(address,uint256,bytes,string)", "vote(uint256,bool)", "execute(uint256)")
STATES = "contract C { /* enum State { Wrong } */ enum State { Open, Voted_Down, Passed, // queued\n Enacted, Odd } }"


def _runtime(*signatures: str, rest: str = "") -> str:
    return "0x" + "".join(f"63{selector(one)[2:]}14" for one in signatures) + rest


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_without_source_it_takes_a_function_of_each_kind(missing: int) -> None:
    account = contract(1)
    kept = [one for at, one in enumerate(OF_ONE_FILE) if at != missing]
    assert FAMILY.recognise(account, _runtime(*OF_ONE_FILE))
    assert not FAMILY.recognise(account, _runtime(*kept))
    family = family_of(account, _runtime(*OF_ONE_FILE))
    assert family is not None
    assert family.name == "unknown"


@pytest.mark.parametrize(
    ("functions", "told"),
    [
        (("newProposal", "vote", "executeProposal"), True),
        (("submitProposal", "submitVote", "processProposal"), True),
        (("newProposal", "vote"), False),
        (("createPoll", "vote"), False),
        (("newProposal", "executeProposal"), False),
    ],
)
def test_with_source_it_takes_names_of_each_kind(functions: tuple[str, ...], told: bool) -> None:
    abi = [{"type": "function", "name": name, "inputs": [], "outputs": []} for name in functions]
    assert FAMILY.recognise(_governor(abi), "0x") is told


def _event(name: str, *inputs: str) -> dict[str, Any]:
    """Inputs are `type name` or `type indexed name`."""
    parts = [one.split() for one in inputs]
    fields = [{"type": one[0], "name": one[-1], "indexed": len(one) == 3} for one in parts]
    return {"type": "event", "name": name, "inputs": fields}


def _view(name: str, outputs: Sequence[str], *inputs: str, internal: str = "") -> dict[str, Any]:
    out = [{"type": one.split()[0], "name": one.split()[-1], "internalType": internal} for one in outputs]
    arguments = [{"type": one, "name": ""} for one in inputs]
    return {"type": "function", "name": name, "stateMutability": "view", "inputs": arguments, "outputs": out}


def _governor(abi: Sequence[dict[str, Any]], *logs: tuple[tuple[str, ...], str], text: str = STATES) -> Account:
    emitter = contract(1).address
    account = contract(1, *(made_log(emitter, topics, data, index=at) for at, (topics, data) in enumerate(logs)))
    file = SourceFile(path="C.sol", content=text)
    bundle = SourceBundle(
        source_id="00" * 32,
        contract_name="C",
        compiler="0.8.28",
        provider="test",
        settings_json="{}",
        language="Solidity",
        files=(file,),
    )
    account.source = VerifiedSource(bundle, tuple(abi), Verification.EXACT)
    return account


MADE = _event(
    "ProposalMade",
    "uint256 indexed id",
    "address indexed by",
    "address to",
    "uint256 value",
    "bytes data",
    "string why",
)
MADE_TOPIC = topic("ProposalMade(uint256,address,address,uint256,bytes,string)")


def _made(number: int, target: str) -> tuple[tuple[str, ...], str]:
    data = encode(("address", "uint256", "bytes", "string"), (target, 5, b"\x01\x02\x03\x04", "because"))
    return (MADE_TOPIC, word(number), word(address(9))), data


def test_an_event_is_read_by_types_and_names() -> None:
    account = _governor([MADE], _made(3, address(4)))
    (one,) = FAMILY.proposals(account).proposals
    assert (one.id, one.proposer, one.description, one.unread) == (3, address(9), "because", None)
    assert [(call.target, call.value, call.calldata) for call in one.actions] == [(address(4), 5, "0x01020304")]
    assert one.vote_start == one.vote_end


def test_calldata_that_who_executes_hands_in_is_not_taken_for_a_plain_payment() -> None:
    paid = _event("ProposalAdded", "uint256 proposalID", "address recipient", "uint256 amount", "string description")
    types = ("uint256", "address", "uint256", "string")
    made = (topic(f"ProposalAdded({','.join(types)})"),), encode(types, (1, address(4), 5, "pay"))
    carries = {"type": "function", "name": "executeProposal", "inputs": [{"type": "uint256"}], "outputs": []}
    (one,) = FAMILY.proposals(_governor([paid, carries], made)).proposals
    assert [(call.target, call.value, call.calldata) for call in one.actions] == [(address(4), 5, "0x")]
    handed = {**carries, "inputs": [{"type": "uint256"}, {"type": "bytes"}]}
    (one,) = FAMILY.proposals(_governor([paid, handed], made)).proposals
    assert one.actions == ()
    assert isinstance(one.unread, Unknown)


def test_a_count_that_is_closed_is_no_proposal_and_a_position_is_a_vote() -> None:
    tallied = _event("ProposalTallied", "uint256 proposalID", "int256 result", "uint256 quorum", "bool active")
    voted = _event("Voted", "uint256 proposalID", "bool position", "address voter")
    cast = (topic("Voted(uint256,bool,address)"),), encode(("uint256", "bool", "address"), (1, True, address(8)))
    account = _governor([tallied, voted], cast)
    assert homemade.own_words(account).made == ()
    assert [(one.voter, one.support) for one in FAMILY.votes(account)] == [(address(8), 1)]


def test_lists_of_calls() -> None:
    lists = _event(
        "NewMotion", "uint256 motionId", "address author", "address[] targets", "uint256[] values", "bytes[] calldatas"
    )
    types = ("uint256", "address", "address[]", "uint256[]", "bytes[]")
    first = topic(f"NewMotion({','.join(types)})")

    def told(values: list[int]) -> Any:
        row = (1, address(9), [address(3), address(4)], values, [b"", b"\x01"])
        return FAMILY.proposals(_governor([lists], ((first,), encode(types, row))))

    (one,) = told([1, 2]).proposals
    assert [(call.target, call.value, call.calldata) for call in one.actions] == [
        (address(3), 1, "0x"),
        (address(4), 2, "0x01"),
    ]
    assert told([1]).proposals == ()
    assert len(told([1]).problems) == 1


SHORT = _event("ProposalAdded", "uint256 id", "address proposer")
SHORT_LOG = ((topic("ProposalAdded(uint256,address)"),), encode(("uint256", "address"), (2, address(9))))
ROW = [
    "address target",
    "uint256 amount",
    "bytes payload",
    "uint256 deadline",
    "uint256 ayes",
    "uint256 nays",
    "bool done",
]
GETTER = _view("proposals", ROW, "uint256")


def test_calls_that_no_event_names_are_read_off_the_getter_or_stay_unknown() -> None:
    account = _governor([SHORT], SHORT_LOG)
    (bare,) = FAMILY.proposals(account).proposals
    assert isinstance(bare.unread, Unknown)
    assert bare.actions == ()
    account = _governor([SHORT, GETTER, _view("votingTime", ["uint256 "])], SHORT_LOG)
    types = tuple(one.split()[0] for one in ROW)
    asked = [one for one in FAMILY.questions(account, _runtime(*OF_ONE_FILE)) if one.signature == "proposals(uint256)"]
    assert [(one.arguments, one.outputs) for one in asked] == [((2,), types)]
    held = encode(types, (address(4), 7, b"\x05", 900, 6, 5, True))
    account.calls[asked[0].key] = (types, returned(account.address, held))
    account.calls["votingTime()"] = (("uint256",), returned(account.address, word(300)))
    (one,) = FAMILY.proposals(account).proposals
    assert [(call.target, call.value, call.calldata) for call in one.actions] == [(address(4), 7, "0x05")]
    assert (one.vote_start, one.vote_end, bool(one.held), one.unread) == (600, 900, True, None)
    no_answers = {"state": reverted(), "votes": reverted()}
    told = FAMILY.complete_state(account, 2, FAMILY.read_state(dict(no_answers)))
    facts = [one.value for one in (told.state, told.for_votes, told.against_votes) if isinstance(one, Known)]
    assert facts == ["Executed", 6, 5]


@pytest.mark.parametrize(
    ("number", "word_of_it"), [(0, "Active"), (1, "Voted_Down"), (2, "Succeeded"), (3, "Executed"), (9, "state 9")]
)
def test_states_stand_in_the_order_of_the_source(number: int, word_of_it: str) -> None:
    account = _governor([_view("state", ["uint8 "], "uint256", internal="enum C.State")])
    read = FAMILY.read_state({"state": Known(value=number, evidence=account.code.evidence), "votes": reverted()})
    told = FAMILY.complete_state(account, 1, read).state
    assert isinstance(told, Known)
    assert told.value == word_of_it


def test_votes_and_executions_of_its_own() -> None:
    voted = _event("VoteRecorded", "uint256 indexed id", "address indexed member", "bool yes", "uint256 weight")
    done = _event("ProposalEnacted", "uint256 indexed id")
    names = (topic("VoteRecorded(uint256,address,bool,uint256)"), topic("ProposalEnacted(uint256)"))
    cast = ((names[0], word(2), word(address(8))), encode(("bool", "uint256"), (True, 30)))
    account = _governor([voted, done, MADE], cast, ((names[1], word(2)), "0x"))
    assert [(one.proposal, one.voter, one.support, one.weight) for one in FAMILY.votes(account)] == [
        (2, address(8), 1, 30)
    ]
    assert list(FAMILY.executions(account)) == [2]
    asked = [one for one in FAMILY.questions(account, _runtime(*OF_ONE_FILE)) if one.topics]
    assert [set(one.topics) for one in asked] == [{*names, MADE_TOPIC}]


@pytest.mark.parametrize(
    ("topics", "data"),
    [((MADE_TOPIC,), "0x"), ((MADE_TOPIC, word(1), word(2)), "0x" + "ff" * 200), ((MADE_TOPIC, word(1)), "0x")],
)
def test_broken_logs_are_problems(topics: tuple[str, ...], data: str) -> None:
    told = FAMILY.proposals(_governor([MADE], (topics, data)))
    assert told.proposals == ()
    assert len(told.problems) == 1


@pytest.mark.parametrize(
    "entry",
    [
        {"type": "event", "name": "ProposalMade", "inputs": [{"type": 5}]},
        {"type": "event", "name": None, "inputs": []},
        {"type": "event", "name": "ProposalMade", "inputs": "no list"},
        {"type": "function", "name": "proposals", "inputs": [{}]},
        {"type": "function", "name": "state", "outputs": [{"internalType": "enum ("}]},
    ],
)
def test_a_senseless_abi_says_nothing(entry: dict[str, Any]) -> None:
    account = _governor([entry])
    assert homemade.own_words(account).made == ()
    assert FAMILY.proposals(account).proposals == ()
    assert homemade.state_words(account) == ()


@pytest.mark.parametrize(("rest", "mode"), [("42", "timestamp"), ("43", "blocknumber"), ("4243", ""), ("", "")])
def test_the_clock_is_what_its_code_can_ask_for(rest: str, mode: str) -> None:
    account = contract(1)
    account.code = code(account.address, f"0x{rest}00")
    account.calls["CLOCK_MODE()"] = (("string",), reverted())
    told = FAMILY.clock(account)
    assert (told.value if isinstance(told, Known) else "") == mode


def test_without_source_nothing_is_absent() -> None:
    account = contract(1)
    for getter in ("owner()", "admin()", "guardian()", "vetoer()", "proposalGuardian()", "timelock()", "executor()"):
        account.calls[getter] = (("address",), reverted())
    account.calls["lateQuorumVoteExtension()"] = (("uint256",), reverted())
    asked = (FAMILY.admin, FAMILY.guardian, FAMILY.timelock, FAMILY.late_extension)
    assert all(isinstance(one(account), Known) for one in asked)
    account.source = NoSource(Reason.NOT_VERIFIED, "not verified")
    assert all(isinstance(one(account), Unknown) for one in asked)


@pytest.mark.family("homemade", "homemade-unverified")
def test_source_tells_what_the_same_code_alone_does_not(families: Field) -> None:
    with_source, without = families.scan("homemade"), families.scan("homemade-unverified")
    one, other = (run.snapshot["contracts"]["items"][0] for run in (with_source, without))
    assert one["codehash"]["value"] == other["codehash"]["value"]
    assert one["code"]["vote_weight_time"]["derivation"] == "vote weight from weights"
    guards = {fact["signature"]: fact["guarded_by"] for fact in one["code"]["functions"]["items"]}
    assert "keeper" in guards["setWeight(address,uint256)"]
    assert with_source.snapshot["proposals"]["complete"] is True
    assert without.snapshot["proposals"]["complete"] is False
    assert "no known family" in without.snapshot["proposals"]["reason"]
    for run in (with_source, without):
        assert "no known family" in (run.out / "report.html").read_text("utf-8") or "unknown" in run.stderr.lower()
