"""Baal (Moloch v3): a module of a Safe in which shares vote, and shamans act beside the vote.

Any member whose votes reach the threshold puts a proposal to the vote; it is open for `votingPeriod` seconds and may be
processed `gracePeriod` seconds later. What was voted on is the data of a MultiSend that the Safe runs by delegatecall.
Its hash stands in the contract's state, the data in the event.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from eth_utils.crypto import keccak

from scanner.chain.abi import decode, encode, selector, topic
from scanner.discovery.account import Account, combine, nonzero, transform
from scanner.discovery.asking import has_selector, nobody
from scanner.discovery.families.interface import Beside, GovernorFamily, ProposalState, StateCall
from scanner.discovery.families.told import RawAction, RawProposal, Told, Vote, logs_by_number, read_each
from scanner.discovery.membership.frameworks import SHAMAN_ADMIN, SHAMAN_GOVERNOR, SHAMAN_MANAGER, shamans
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import LogEvidence
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Reason, Unknown

SUBMIT_PROPOSAL = topic("SubmitProposal(uint256,bytes32,uint256,bytes,uint256,uint256,bool,uint256,string)")
SPONSOR_PROPOSAL = topic("SponsorProposal(address,uint256,uint256)")
CANCEL_PROPOSAL = topic("CancelProposal(uint256)")
SUBMIT_VOTE = topic("SubmitVote(address,uint256,uint256,bool)")
PROCESS_PROPOSAL = topic("ProcessProposal(uint256,bool,bool)")

_FUNCTIONS = tuple(
    selector(one)
    for one in (
        "submitProposal(bytes,uint32,uint256,string)",
        "sponsorProposal(uint32)",
        "processProposal(uint32,bytes)",
        "state(uint32)",
        "sharesToken()",
        "shamans(address)",
    )
)
_GETTERS: tuple[tuple[str, str], ...] = (
    ("sharesToken()", "address"),
    ("lootToken()", "address"),
    ("multisendLibrary()", "address"),
    ("gracePeriod()", "uint32"),
    ("quorumPercent()", "uint256"),
    ("sponsorThreshold()", "uint256"),
    ("totalShares()", "uint256"),
)
_STRUCT = (*["uint32"] * 6, *["uint256"] * 5, "address", "bytes32")
"""proposals(uint256): id, previous, voting starts and ends, grace ends, expiration, gas, yes, no, most shares and loot
during the vote, shares when it was sponsored, sponsor, hash of the data. The flags are an array: no part of it."""
_START, _END, _GRACE, _EXPIRATION, _YES, _NO, _SHARES, _SPONSOR, _HASH = 2, 3, 4, 5, 7, 8, 10, 11, 12
_EVENT = ("uint256", "bytes", "uint256", "uint256", "bool", "uint256", "string")
_MAX_QUESTIONS = 2_000
_UNBORN, _SUBMITTED, _VOTING, _CANCELLED, _GRACED, _READY, _PROCESSED, _DEFEATED = range(8)
_PLAIN = {_SUBMITTED: "Pending", _VOTING: "Active", _CANCELLED: "Canceled", _DEFEATED: "Defeated"}


def _held(number: int) -> str:
    return f"proposals {number}"


class Baal(GovernorFamily):
    """Recognised by the functions that no earlier Moloch has. The template, which commands no Safe, is none."""

    name = "baal"
    topics = (SUBMIT_PROPOSAL, SPONSOR_PROPOSAL, CANCEL_PROPOSAL, SUBMIT_VOTE, PROCESS_PROPOSAL)
    vote = ActorKind.SHARE_VOTE

    def recognise(self, account: Account, code: str) -> bool:
        return (
            all(has_selector(code, one) for one in _FUNCTIONS) and nonzero(account.address_of("avatar()")) is not None
        )

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if not self.recognise(account, code):
            return
        for signature, output in _GETTERS:
            yield Getter(account.address, signature, (output,))
        for number in list(logs_by_number(account.events(SUBMIT_PROPOSAL)))[:_MAX_QUESTIONS]:
            yield Getter(account.address, "proposals(uint256)", _STRUCT, (number,), _held(number))

    def links(self, account: Account) -> Iterable[Link]:
        for getter in ("sharesToken()", "lootToken()", "multisendLibrary()"):
            if found := nonzero(account.address_of(getter)):
                yield Link(found, f"{getter} of {account.address}")

    def token(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("sharesToken()")

    def timelock(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "Baal works without a timelock: a grace period stands before each execution")

    def executor(self, account: Account) -> str:
        return nonzero(account.address_of("target()", "avatar()")) or account.address

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "Baal has no guardian; shamans that govern may cancel, and sponsors their own")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("owner()")

    def besides(self, account: Account) -> Iterable[Beside]:
        """Yield what each shaman may do alone, the Safe that commands the Baal, and a forwarder that it trusts.

        A forwarder says for whom it calls: also for the Safe. Shamans that govern name it, where the Baal heeds one;
        who mints shares leaves with them, and so with the money. Behind the Safe its owners stand, where it has others
        than the Baal.
        """
        named = {found: getter for getter in ("owner()", "avatar()") if (found := nonzero(account.address_of(getter)))}
        for found, getter in named.items():
            yield Beside(found, Capability.EXECUTE, getter, account.address_of(getter).evidence)
        forwarder = account.address_of("trustedForwarder()", "getTrustedForwarder()")
        for address, bits, evidence in shamans(account):
            for bit, capability, words in _RIGHTS:
                if bits & bit:
                    yield Beside(address, capability, words, evidence)
            if bits & SHAMAN_MANAGER:
                yield Beside(address, Capability.MOVE_FUNDS, _LEAVES, evidence, where=self.executor(account))
            if bits & SHAMAN_GOVERNOR and isinstance(forwarder, Known):
                yield Beside(address, Capability.EXECUTE, _SPEAKS, (*evidence, *forwarder.evidence))
        if found := nonzero(forwarder):
            yield Beside(
                found, Capability.EXECUTE, "trusted forwarder, which says for whom it calls", forwarder.evidence
            )

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        return combine(
            {"percent": account.ask("quorumPercent()"), "shares": account.ask("totalShares()")},
            lambda percent, shares: -(-int(percent) * int(shares) // 100),
            "quorumPercent() of all shares has to vote for it",
        )

    def clock(self, account: Account) -> Known[str] | Unknown:
        return Known(value="timestamp", evidence=account.code.evidence, derivation="Baal counts seconds")

    def voting_delay(self, account: Account) -> Known[int] | Unknown:
        derivation = "the vote opens with the sponsorship of a proposal"
        return Known(value=0, evidence=account.code.evidence, derivation=derivation)

    def late_extension(self, account: Account) -> Known[int] | Unknown:
        return Known(value=0, evidence=account.code.evidence, derivation="nothing prolongs a vote in Baal")

    def proposal_threshold(self, account: Account) -> Known[int] | Unknown:
        return account.ask("sponsorThreshold()")

    def total_votes(self, account: Account) -> Known[int] | Unknown | None:
        return account.ask("totalShares()")

    def execution_delay(self, account: Account) -> Known[int] | Unknown | None:
        return transform(account.ask("gracePeriod()"), int, "gracePeriod()")

    def proposals(self, account: Account) -> Told:
        return read_each(account.events(SUBMIT_PROPOSAL), _reader(account))

    def votes(self, account: Account) -> Iterator[Vote]:
        for log in account.events(SUBMIT_VOTE):
            if len(log.topics) == 4 and len(log.data) == 66:
                voter = "0x" + log.topics[1][-40:]
                yield Vote(int(log.topics[2], 16), voter, int(log.topics[3], 16), int(log.data, 16), log)

    def executions(self, account: Account) -> dict[int, LogEvidence]:
        """Those that passed and whose calls went through: others are processed too, and do nothing."""
        return logs_by_number(log for log in account.events(PROCESS_PROPOSAL) if _flags(log) == (True, False))

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        return (
            StateCall("state", "state(uint32)", (proposal_id,), ("uint8",)),
            StateCall("struct", "proposals(uint256)", (proposal_id,), _STRUCT),
            StateCall("flags", "getProposalStatus(uint32)", (proposal_id,), ("bool[4]",)),
            StateCall("percent", "quorumPercent()", (), ("uint256",)),
        )

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        struct = answers["struct"]
        quorum = combine(
            {"row": struct, "percent": answers["percent"]},
            lambda row, percent: -(-int(percent) * row[_SHARES] // 100),
            "quorumPercent() of the shares when it was sponsored",
        )
        parts = {"state": answers["state"], "flags": answers["flags"], "row": struct, "quorum": quorum}
        state: Known[str] | Unknown = combine(parts, _state, "Baal's state and flags")
        number = answers["state"]
        if isinstance(number, Known) and number.value == _UNBORN:
            detail = "Baal knows no proposal of this id"
            state = Unknown(reason=Reason.REVERTED, detail=detail, evidence=number.evidence)
        return ProposalState(
            state=state,
            for_votes=transform(struct, lambda row: row[_YES], "proposals().yesVotes"),
            against_votes=transform(struct, lambda row: row[_NO], "proposals().noVotes"),
            abstain_votes=transform(struct, lambda _: 0, "Baal counts no abstentions"),
            eta=transform(struct, lambda row: row[_GRACE], "end of its grace period"),
            quorum=quorum,
            all_votes=transform(struct, lambda row: row[_SHARES], "shares when it was sponsored"),
        )


_RIGHTS = (
    (SHAMAN_ADMIN, Capability.PAUSE, "shaman that administers: stops and frees transfers of shares and loot"),
    (SHAMAN_MANAGER, Capability.MINT, "shaman that manages: mints shares and loot"),
    (SHAMAN_MANAGER, Capability.CONFISCATE, "shaman that manages: burns shares and loot of anyone"),
    (SHAMAN_GOVERNOR, Capability.SET_PARAMETERS, "shaman that governs: sets periods, quorum and thresholds"),
    (SHAMAN_GOVERNOR, Capability.CANCEL, "shaman that governs: cancels proposals under vote"),
)

_LEAVES = "shaman that manages: mints shares and quits with them against a payout (ragequit)"
_SPEAKS = "shaman that governs: names the trusted forwarder, which says for whom it calls"


def _reader(account: Account) -> Callable[[LogEvidence], RawProposal]:
    library = nonzero(account.address_of("multisendLibrary()"))

    def read(log: LogEvidence) -> RawProposal:
        _, data, _, _, _, _, text = decode(_EVENT, log.data)
        number = int(log.topics[1], 16) if len(log.topics) == 3 else -1
        if number.bit_length() > 32 or number < 0:
            raise ValueError("the event names no proposal that Baal could number")
        struct = account.ask(_held(number))
        start, end, sponsor = _times(struct, account)
        actions = (RawAction(library, 0, "", str(data), delegate=True),) if library else ()
        return RawProposal(
            log.address,
            number,
            sponsor,
            actions,
            start,
            end,
            str(text),
            log,
            unread=None if library else Unknown(reason=Reason.NOT_READ, detail="its MultiSend library is not known"),
            bound=_bound(struct, str(data)),
        )

    return read


def _times(struct: Known[Any] | Unknown, account: Account) -> tuple[int, int, str]:
    """Return when the vote opens and ends, in seconds, and who sponsored it: zeros as long as nobody did."""
    if isinstance(struct, Unknown):
        return 0, 0, "0x" + "00" * 20
    return struct.value[_START], struct.value[_END], str(struct.value[_SPONSOR]).lower()


def _bound(struct: Known[Any] | Unknown, data: str) -> Known[bool] | Unknown:
    """Return whether the hash that the contract holds is that of the event's data: keccak256(abi.encode(data))."""
    found = "0x" + keccak(hexstr=encode(("bytes",), (data,))).hex()
    return transform(struct, lambda row: str(row[_HASH]) == found, "the hash that Baal holds against the event's data")


def _flags(log: LogEvidence) -> tuple[bool, bool] | None:
    """Return whether a processed proposal passed, and whether its calls failed."""
    return (int(log.data[2:66], 16) == 1, int(log.data[66:130], 16) == 1) if len(log.data) == 130 else None


def _state(state: int, flags: Sequence[bool], row: Sequence[Any], quorum: int) -> str:
    """Return the state in the words of IGovernor.

    What is processed without having passed (quorum, retention, expiration) is defeated. Calls that failed are spent:
    nothing happened, and nobody can process them again.
    """
    if state in _PLAIN:
        return _PLAIN[state]
    if state == _PROCESSED:
        _, _, passed, failed = flags
        return "Defeated" if not passed else "Expired" if failed else "Executed"
    if state in (_GRACED, _READY):
        if row[_NO] >= row[_YES] or row[_YES] < quorum:
            return "Defeated"
        return "Queued" if state == _GRACED else "Succeeded"
    return f"state {state}"
