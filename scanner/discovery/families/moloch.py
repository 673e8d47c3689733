"""Moloch of the first and the second generation: shares that are kept in the contract vote, and there is no quorum.

Time is counted in periods. Members vote on who joins, with how many shares, for what tribute; in version 2 also on
payments out of the guild's bank, and on putting a member out. Whoever disagrees leaves with a share during the grace
period. What was asked for stands in the contract's state; the only calls are those that hand out tokens.
Facts: MolochVentures/moloch, v1_contracts/Moloch.sol and contracts/Moloch.sol.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from scanner.chain.abi import DecodeError, decode, encode_call, selector, topic
from scanner.discovery.account import Account, combine, nonzero, transform
from scanner.discovery.asking import has_selector, nobody
from scanner.discovery.families.interface import NOW, GovernorFamily, ProposalState, StateCall
from scanner.discovery.families.told import RawAction, RawProposal, Told, Vote, read_each
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import LogEvidence
from scanner.model.kinds import ActorKind
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

SUBMITTED_V1 = topic("SubmitProposal(uint256,address,address,address,uint256,uint256)")
VOTED_V1 = topic("SubmitVote(uint256,address,address,uint8)")
PROCESSED_V1 = topic("ProcessProposal(uint256,address,address,uint256,uint256,bool)")
SUMMONED_V1 = topic("SummonComplete(address,uint256)")
SUBMITTED_V2 = topic(
    "SubmitProposal(address,uint256,uint256,uint256,address,uint256,address,string,bool[6],uint256,address,address)"
)
SPONSORED_V2 = topic("SponsorProposal(address,address,uint256,uint256,uint256)")
VOTED_V2 = topic("SubmitVote(uint256,uint256,address,address,uint8)")
PROCESSED_V2 = tuple(topic(f"Process{kind}Proposal(uint256,uint256,bool)") for kind in ("", "Whitelist", "GuildKick"))
SUMMONED_V2 = topic("SummonComplete(address,address[],uint256,uint256,uint256,uint256,uint256,uint256,uint256)")

_PERIODS = ("summoningTime()", "periodDuration()", "votingPeriodLength()", "gracePeriodLength()")
_GETTERS = tuple((one, "uint256") for one in (*_PERIODS, "totalShares()"))
_MAX_PROPOSALS, _MAX_MEMBERS, _MAX_TOKENS = 2_000, 1_000, 200
_TEXT, _NUMBER = "string", "uint256"
_SUMMONED = ("address[]", *[_NUMBER] * 7)
_BOOKS = "getUserTokenBalance(address,address)"
GUILD = "0x000000000000000000000000000000000000dead"
"""Under which the second generation books what is the guild's own (Moloch.sol, GUILD)."""

_AGAINST = "what the contract keeps of the proposal against its event"


def _held(number: int) -> str:
    return f"proposal {number}"


def _booked(token: str) -> str:
    return f"of the guild's own {token}"


def _member(address: str) -> str:
    return f"members {address}"


class _Moloch(GovernorFamily):
    """What both generations have in common. Ids are those under which the contract keeps its proposals."""

    vote = ActorKind.SHARE_VOTE

    functions: tuple[str, ...]
    """Functions that tell the generation."""

    struct: tuple[str, ...]
    getter: str
    member: tuple[str, ...]
    start: int
    """Where the struct holds the period in which the vote opens; votes for and against follow."""

    getters: tuple[tuple[str, str], ...]
    submitted: str

    def recognise(self, account: Account, code: str) -> bool:
        return all(has_selector(code, selector(one)) for one in self.functions)

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if not self.recognise(account, code):
            return
        for signature, output in (*_GETTERS, *self.getters):
            yield Getter(account.address, signature, (output,))
        for number in list(self.numbers(account))[:_MAX_PROPOSALS]:
            yield Getter(account.address, self.getter, self.struct, (number,), _held(number))
        for address in list(self.people(account))[:_MAX_MEMBERS]:
            yield Getter(account.address, "members(address)", self.member, (address,), _member(address))

    @abstractmethod
    def numbers(self, account: Account) -> dict[int, LogEvidence]:
        """Return the ids that events tell, each with its event."""

    @abstractmethod
    def people(self, account: Account) -> dict[str, None]:
        """Return everyone who may hold shares: who summoned the guild and whoever a proposal names."""

    def token(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "shares are kept in the contract: no token carries the vote")

    def timelock(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "Moloch works without a timelock: a grace period stands before what passed")

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "nobody stops a proposal that is under vote")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "what it was summoned with cannot be changed")

    def clock(self, account: Account) -> Known[str] | Unknown:
        return Known(value="timestamp", evidence=account.code.evidence, derivation="periods are counted in seconds")

    def voting_delay(self, account: Account) -> Known[int] | Unknown:
        words = "the vote opens with the next period, which may begin at once"
        return transform(account.ask("periodDuration()"), lambda _: 0, words)

    def voting_period(self, account: Account) -> Known[int] | Unknown:
        return _seconds(account, "votingPeriodLength()")

    def execution_delay(self, account: Account) -> Known[int] | Unknown | None:
        return _seconds(account, "gracePeriodLength()")

    def late_extension(self, account: Account) -> Known[int] | Unknown:
        return Known(value=0, evidence=account.code.evidence, derivation="nothing prolongs a vote in Moloch")

    def proposal_threshold(self, account: Account) -> Known[int] | Unknown:
        words = "one share is enough to put a proposal to the vote"
        return Known(value=1, evidence=account.code.evidence, derivation=words)

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        words = "there is no quorum: more votes for than against are enough"
        return Known(value=0, evidence=account.code.evidence, derivation=words)

    def total_votes(self, account: Account) -> Known[int] | Unknown | None:
        return account.ask("totalShares()")

    def voting_power(self, account: Account) -> Known[dict[str, int]] | Unknown | None:
        """The shares of everyone whom events name, where they add up to all shares."""
        total = account.ask("totalShares()")
        if isinstance(total, Unknown):
            return total
        shares: dict[str, int] = {}
        evidence = total.evidence
        for address in self.people(account):
            answer = account.ask(_member(address))
            if isinstance(answer, Unknown):
                return answer
            if answer.value[1]:
                shares[address] = int(answer.value[1])
                evidence += answer.evidence
        if sum(shares.values()) != total.value:
            detail = "the shares of all whom events name are not all shares"
            return Unknown(reason=Reason.NO_LOGS, detail=detail, evidence=evidence)
        return Known(value=shares, evidence=evidence, derivation="members() of everyone whom events name")

    def proposals(self, account: Account) -> Told:
        return read_each(account.events(self.submitted), self.reader(account))

    @abstractmethod
    def reader(self, account: Account) -> Callable[[LogEvidence], RawProposal]:
        """Return what reads a proposal off its event."""

    def times(self, account: Account, number: int) -> tuple[int, int]:
        """Return when the vote on a proposal opens and ends, in seconds; zeros as long as that is not known."""
        row, periods = account.ask(_held(number)), [account.ask(one) for one in _PERIODS]
        if isinstance(row, Unknown) or any(isinstance(one, Unknown) for one in periods) or not row.value[self.start]:
            return 0, 0
        begin, period, voting, _ = (int(one.value) for one in periods if isinstance(one, Known))
        opens = begin + int(row.value[self.start]) * period
        return opens, opens + voting * period

    def shares_of(self, account: Account, address: str) -> int:
        """Return the shares that a member has now; an event of a vote does not tell with how many it was cast."""
        answer = account.ask(_member(address))
        return int(answer.value[1]) if isinstance(answer, Known) else 0

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        return (
            StateCall("struct", self.getter, (proposal_id,), self.struct),
            *(StateCall(one, one, (), (_NUMBER,)) for one in _PERIODS),
        )

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        struct, start = answers["struct"], self.start
        parts = {one.partition("(")[0]: answers[one] for one in (*_PERIODS, "struct", "flags", NOW) if one in answers}
        return ProposalState(
            state=combine(parts, self._state, "its flags, and its periods against the time"),
            for_votes=transform(struct, lambda row: row[start + 1], "votes for, as the contract counts them"),
            against_votes=transform(struct, lambda row: row[start + 2], "votes against, as the contract counts them"),
            abstain_votes=transform(struct, lambda _: 0, "Moloch counts no abstentions"),
            eta=combine(parts, self._eta, "end of its grace period"),
            quorum=transform(struct, lambda _: 0, "there is no quorum"),
            all_votes=self.all_votes(struct),
        )

    @abstractmethod
    def all_votes(self, struct: Known[Any] | Unknown) -> Known[int] | Unknown | None:
        """Return the shares that there were during the vote; None where nobody voted."""

    @abstractmethod
    def fate(self, struct: Sequence[Any], flags: Sequence[bool]) -> str:
        """Return how a proposal ended, or Pending where nobody has sponsored it; empty while its periods decide."""

    def _state(self, struct: Sequence[Any], now: int, flags: Sequence[bool] = (), **periods: int) -> str:
        if ended := self.fate(struct, flags):
            return ended
        opens = periods["summoningTime"] + int(struct[self.start]) * periods["periodDuration"]
        closes = opens + periods["votingPeriodLength"] * periods["periodDuration"]
        if now < closes:
            return "Pending" if now < opens else "Active"
        if struct[self.start + 1] <= struct[self.start + 2]:
            return "Defeated"
        graced = now >= closes + periods["gracePeriodLength"] * periods["periodDuration"]
        return "Succeeded" if graced else "Queued"

    def _eta(self, struct: Sequence[Any], now: int, flags: Sequence[bool] = (), **periods: int) -> int:
        if not struct[self.start]:
            return 0
        ends = int(struct[self.start]) + periods["votingPeriodLength"] + periods["gracePeriodLength"]
        return periods["summoningTime"] + ends * periods["periodDuration"]


class MolochV1(_Moloch):
    """The first generation: members propose, and votes are about members only. The bank pays nobody but who leaves."""

    name = "moloch-v1"
    topics = (SUBMITTED_V1, VOTED_V1, PROCESSED_V1, SUMMONED_V1)
    functions = (
        "submitProposal(address,uint256,uint256,string)",
        "processProposal(uint256)",
        "ragequit(uint256)",
        "abort(uint256)",
        "guildBank()",
    )
    getter = "proposalQueue(uint256)"
    struct = ("address", "address", *[_NUMBER] * 4, "bool", "bool", "bool", _NUMBER, _TEXT, _NUMBER)
    member = ("address", _NUMBER, "bool", _NUMBER)
    start = 3
    getters = (("guildBank()", "address"), ("approvedToken()", "address"))
    submitted = SUBMITTED_V1

    def links(self, account: Account) -> Iterable[Link]:
        for getter in ("guildBank()", "approvedToken()"):
            if found := nonzero(account.address_of(getter)):
                yield Link(found, f"{getter} of {account.address}")

    def keeps(self, account: Account, token: str) -> Known[int] | Unknown | None:
        """Its bank keeps what is the guild's; what lies here are deposits and tributes of proposals that wait."""
        approved = account.address_of("approvedToken()")
        if isinstance(approved, Unknown) or approved.value != token:
            return None
        words = "deposits and tributes of proposals that wait; the guild's own lies in its bank"
        return Known(value=0, evidence=approved.evidence, derivation=words)

    def numbers(self, account: Account) -> dict[int, LogEvidence]:
        return {int(log.data[:66], 16): log for log in account.events(SUBMITTED_V1) if len(log.data) == 194}

    def people(self, account: Account) -> dict[str, None]:
        summoned = (log.topics[1] for log in account.events(SUMMONED_V1) if len(log.topics) == 2)
        applied = (log.topics[3] for log in account.events(SUBMITTED_V1) if len(log.topics) == 4)
        return dict.fromkeys("0x" + word[-40:] for word in (*summoned, *applied))

    def reader(self, account: Account) -> Callable[[LogEvidence], RawProposal]:
        def read(log: LogEvidence) -> RawProposal:
            number, tribute, shares = decode((_NUMBER,) * 3, log.data)
            if len(log.topics) != 4:
                raise ValueError("the event names no applicant")
            row = account.ask(_held(number))
            return RawProposal(
                log.address,
                number,
                "0x" + log.topics[2][-40:],
                (_processed(account, "processProposal(uint256)", number),),
                *self.times(account, number),
                str(row.value[10]) if isinstance(row, Known) else "",
                log,
                bound=transform(row, lambda kept: kept[2] == shares and (kept[8] or kept[9] == tribute), _AGAINST),
            )

        return read

    def votes(self, account: Account) -> Iterator[Vote]:
        for log in account.events(VOTED_V1):
            if len(log.topics) == 4 and len(log.data) == 66:
                voter = "0x" + log.topics[3][-40:]
                support = int(int(log.data, 16) == 1)
                yield Vote(int(log.topics[1], 16), voter, support, self.shares_of(account, voter), log)

    def executions(self, account: Account) -> dict[int, LogEvidence]:
        logs = account.events(PROCESSED_V1)
        return {int(log.topics[1], 16): log for log in logs if len(log.topics) == 4 and log.data.endswith("1")}

    def all_votes(self, struct: Known[Any] | Unknown) -> Known[int] | Unknown | None:
        if isinstance(struct, Known) and not struct.value[11]:
            return _untold(struct, self.start, "it keeps the number of shares with votes for only")
        return transform(struct, lambda row: int(row[11]), "most shares during a vote for")

    def fate(self, struct: Sequence[Any], flags: Sequence[bool]) -> str:
        _, _, _, _, _, _, processed, passed, aborted, *_ = struct
        if aborted:
            return "Canceled"
        return "" if not processed else "Executed" if passed else "Defeated"


class MolochV2(_Moloch):
    """The second generation: anyone proposes and a member sponsors, also payments, tokens, and putting members out."""

    name = "moloch-v2"
    topics = (SUBMITTED_V2, SPONSORED_V2, VOTED_V2, *PROCESSED_V2, SUMMONED_V2)
    functions = (
        "submitProposal(address,uint256,uint256,uint256,address,uint256,address,string)",
        "sponsorProposal(uint256)",
        "processGuildKickProposal(uint256)",
        "getProposalFlags(uint256)",
        "ragequit(uint256,uint256)",
    )
    getter = "proposals(uint256)"
    struct = (
        *["address"] * 3, *[_NUMBER] * 3, "address", _NUMBER, "address", *[_NUMBER] * 3, _TEXT, _NUMBER,
    )  # fmt: skip
    member = ("address", _NUMBER, _NUMBER, "bool", _NUMBER, _NUMBER)
    start = 9
    getters = (("totalLoot()", _NUMBER), ("depositToken()", "address"))
    submitted = SUBMITTED_V2
    event = (*[_NUMBER] * 3, "address", _NUMBER, "address", _TEXT, "bool[6]", _NUMBER)
    """Shares, loot, tribute and its token, payment and its token, text, flags, id."""

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        yield from super().questions(account, code)
        if self.recognise(account, code):
            for token in self._tokens(account):
                yield Getter(account.address, _BOOKS, (_NUMBER,), (GUILD, token), _booked(token))

    def keeps(self, account: Account, token: str) -> Known[int] | Unknown | None:
        """The guild's own part: deposits and tributes that wait, and what members have not taken yet, are theirs."""
        return account.ask(_booked(token)) if token in self._tokens(account) else None

    def _tokens(self, account: Account) -> list[str]:
        """Return the tokens that its events and `depositToken()` name, each once."""
        found = [nonzero(account.address_of("depositToken()")) or ZERO_ADDRESS]
        for first, types, places in ((SUMMONED_V2, _SUMMONED, (0,)), (SUBMITTED_V2, self.event, (3, 5))):
            for log in account.events(first):
                try:
                    told = decode(types, log.data)
                except DecodeError:
                    continue
                named = (told[place] for place in places)
                found += [one.lower() for item in named for one in ([item] if isinstance(item, str) else item)]
        return [one for one in dict.fromkeys(found) if one != ZERO_ADDRESS][:_MAX_TOKENS]

    def links(self, account: Account) -> Iterable[Link]:
        if found := nonzero(account.address_of("depositToken()")):
            yield Link(found, f"depositToken() of {account.address}")

    def numbers(self, account: Account) -> dict[int, LogEvidence]:
        found: dict[int, LogEvidence] = {}
        for log in account.events(SUBMITTED_V2):
            try:
                found[decode(self.event, log.data)[8]] = log
            except DecodeError:
                continue
        return found

    def people(self, account: Account) -> dict[str, None]:
        logs = [log for log in (*account.events(SUMMONED_V2), *account.events(SUBMITTED_V2)) if len(log.topics) > 1]
        found = dict.fromkeys("0x" + log.topics[1][-40:] for log in logs)
        found.pop(ZERO_ADDRESS, None)
        return found

    def reader(self, account: Account) -> Callable[[LogEvidence], RawProposal]:
        queued = _queued(account)

        def read(log: LogEvidence) -> RawProposal:
            shares, loot, _, _, payment, token, text, flags, number = decode(self.event, log.data)
            if len(log.topics) != 4:
                raise ValueError("the event names no applicant and no proposer")
            applicant, row = "0x" + log.topics[1][-40:], account.ask(_held(number))
            actions = []
            if number in queued and (shares or loot or flags[4] or flags[5]):
                kind = "Whitelist" if flags[4] else "GuildKick" if flags[5] else ""
                actions.append(_processed(account, f"process{kind}Proposal(uint256)", queued[number]))
            if payment:
                actions.append(_transfer(str(token).lower(), applicant, payment))
            if flags[5]:
                kick = encode_call("ragekick(address)", (applicant,))
                actions.append(RawAction(account.address, 0, "", kick, delegate=False))
            return RawProposal(
                log.address,
                number,
                "0x" + log.topics[2][-40:],
                tuple(actions),
                *self.times(account, number),
                str(text),
                log,
                bound=transform(row, lambda kept: _same(kept, log, self.event), _AGAINST),
            )

        return read

    def votes(self, account: Account) -> Iterator[Vote]:
        for log in account.events(VOTED_V2):
            if len(log.topics) == 4 and len(log.data) == 130:
                voter = "0x" + log.topics[3][-40:]
                support = int(int(log.data[66:], 16) == 1)
                yield Vote(int(log.data[:66], 16), voter, support, self.shares_of(account, voter), log)

    def executions(self, account: Account) -> dict[int, LogEvidence]:
        logs = [log for one in PROCESSED_V2 for log in account.events(one)]
        return {int(log.topics[2], 16): log for log in logs if len(log.topics) == 3 and log.data.endswith("1")}

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        flags = StateCall("flags", "getProposalFlags(uint256)", (proposal_id,), ("bool[6]",))
        return (*super().state_calls(proposal_id, snapshot), flags)

    def all_votes(self, struct: Known[Any] | Unknown) -> Known[int] | Unknown | None:
        return _untold(struct, self.start, "it keeps the number of shares and loot together")

    def fate(self, struct: Sequence[Any], flags: Sequence[bool]) -> str:
        sponsored, processed, passed, cancelled, _, _ = flags
        if cancelled:
            return "Canceled"
        if not sponsored:
            return "Pending"
        return "" if not processed else "Executed" if passed else "Defeated"


def _untold(struct: Known[Any] | Unknown, start: int, why: str) -> Unknown | None:
    """Return that the shares of its time are not told; None where nobody voted, and it does not matter."""
    if isinstance(struct, Unknown):
        return struct
    voted = struct.value[start + 1] or struct.value[start + 2]
    return Unknown(reason=Reason.NOT_SUPPORTED, detail=why, evidence=struct.evidence) if voted else None


def _seconds(account: Account, length: str) -> Known[int] | Unknown:
    parts = {"periods": account.ask(length), "each": account.ask("periodDuration()")}
    return combine(parts, lambda periods, each: int(periods) * int(each), f"{length} × periodDuration()")


def _transfer(token: str, to: str, amount: int) -> RawAction:
    return RawAction(token, 0, "", encode_call("transfer(address,uint256)", (to, amount)), delegate=False)


def _processed(account: Account, signature: str, index: int) -> RawAction:
    """Return the call that carries a proposal out where no token moves: shares and loot are entered in books."""
    return RawAction(account.address, 0, "", encode_call(signature, (index,)), delegate=False)


def _queued(account: Account) -> dict[int, int]:
    """Return proposal id -> place in the queue, of those that a member sponsored."""
    logs = [log for log in account.events(SPONSORED_V2) if len(log.data) == 194]
    return {int(log.data[:66], 16): int(log.data[66:130], 16) for log in logs}


def _same(row: Sequence[Any], log: LogEvidence, event: Sequence[str]) -> bool:
    """Whether the state holds what the event tells: applicant, shares, loot, tribute, payment and their tokens."""
    shares, loot, tribute, first, payment, second, *_ = decode(event, log.data)
    told = ("0x" + log.topics[1][-40:], shares, loot, tribute, str(first).lower(), payment, str(second).lower())
    held = (str(row[0]).lower(), row[3], row[4], row[5], str(row[6]).lower(), row[7], str(row[8]).lower())
    return told == held
