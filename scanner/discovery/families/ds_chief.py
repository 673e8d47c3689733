"""DSChief: approval voting. Whoever gathers more approvals than the present hat takes its place and may do all.

There are no periods, no votes against and no quorum: locked tokens approve of addresses as long as their owners like.
What is approved of is a spell, a contract that plots one plan in a DSPause and casts it later, or any address at all.
Spells are the proposals here, numbered by their addresses; that they were approved of is told by slates.
Facts: dapphub/ds-chief, src/chief.sol; getters of spells: makerdao/spells-mainnet.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from eth_utils.crypto import keccak

from scanner.chain.abi import DecodeError, decode, encode, selector, topic
from scanner.discovery.account import Account, combine, nonzero, transform
from scanner.discovery.asking import has_selector, nobody
from scanner.discovery.executors.ds_pause import EXEC, noted
from scanner.discovery.families.interface import NOW, Beside, GovernorFamily, ProposalState, StateCall
from scanner.discovery.families.told import RawAction, RawProposal, Told, Vote
from scanner.discovery.world import Getter, Link
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

ETCH = topic("Etch(bytes32)")
NOTE_ETCH, NOTE_VOTE_YAYS = noted("etch(address[])"), noted("vote(address[])")
NOTE_VOTE_SLATE, NOTE_LIFT, NOTE_LOCK, NOTE_FREE = (
    noted(one) for one in ("vote(bytes32)", "lift(address)", "lock(uint256)", "free(uint256)")
)
_MARKS = tuple(
    selector(one) for one in ("hat()", "lift(address)", "etch(address[])", "vote(bytes32)", "approvals(address)")
)
_OF_SPELL = (
    ("action()", "address"),
    ("sig()", "bytes"),
    ("tag()", "bytes32"),
    ("eta()", "uint256"),
    ("done()", "bool"),
    ("expiration()", "uint256"),
    ("pause()", "address"),
    ("description()", "string"),
)
_MAX_SPELLS, _MAX_VOTERS = 500, 1_000
_OVER = ("Executed", "Canceled", "Expired")
_ALWAYS = "approval voting is always open: it has no periods"


def _of(address: str, signature: str) -> str:
    return f"{signature} of {address}"


class DsChief(GovernorFamily):
    """Recognised by the hat and by how it is lifted."""

    name = "ds-chief"
    topics = (ETCH, NOTE_ETCH, NOTE_VOTE_YAYS, NOTE_VOTE_SLATE, NOTE_LIFT, NOTE_LOCK, NOTE_FREE)
    vote = ActorKind.TOKEN_VOTE

    def recognise(self, account: Account, code: str) -> bool:
        return all(has_selector(code, one) for one in _MARKS)

    def questions(self, account: Account, code: str) -> Iterable[Getter]:
        if not self.recognise(account, code):
            return
        here = account.address
        for getter in ("GOV()", "IOU()", "hat()"):
            yield Getter(here, getter, ("address",))
        if iou := nonzero(account.address_of("IOU()")):
            yield Getter(here, "totalSupply()", ("uint256",), (), "locked", asked=iou)
        for spell in self._spells(account):
            yield Getter(here, "approvals(address)", ("uint256",), (spell,), _of(spell, "approvals"))
            for signature, output in _OF_SPELL:
                yield Getter(here, signature, (output,), (), _of(spell, signature), asked=spell)
            pause, plan = nonzero(account.address_of(_of(spell, "pause()"))), _plan(account, spell)
            if pause and plan:
                yield Getter(here, "plans(bytes32)", ("bool",), (plan,), _of(spell, "plan"), asked=pause)
        for voter in _voters(account):
            yield Getter(here, "deposits(address)", ("uint256",), (voter,), _of(voter, "deposits"))
            yield Getter(here, "votes(address)", ("bytes32",), (voter,), _of(voter, "votes"))

    def links(self, account: Account) -> Iterable[Link]:
        for getter in ("GOV()", "hat()"):
            if found := nonzero(account.address_of(getter)):
                yield Link(found, f"{getter} of {account.address}")
        if pause := nonzero(self.timelock(account)):
            yield Link(pause, f"pause() of a spell of {account.address}")

    def token(self, account: Account) -> Known[str] | Unknown:
        return account.address_of("GOV()")

    def timelock(self, account: Account) -> Known[str] | Unknown:
        """The pause that the hat names, else the newest spell that names one."""
        hat = nonzero(account.address_of("hat()"))
        for spell in ((hat,) if hat else ()) + tuple(reversed(self._spells(account))):
            answer = account.address_of(_of(spell, "pause()"))
            if nonzero(answer):
                return answer
        return Unknown(reason=Reason.NOT_READ, detail="no spell that names its pause was found from here")

    def executor(self, account: Account) -> str:
        """The proxy of the pause, which is what acts."""
        pause = nonzero(self.timelock(account))
        met = account.met.get(pause) if pause else None
        return (nonzero(met.address_of("proxy()")) if met else None) or pause or account.address

    def guardian(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "nobody stops a hat but another hat")

    def admin(self, account: Account) -> Known[str] | Unknown:
        return nobody(account, "its owner and its authority cannot be set")

    def besides(self, account: Account) -> Iterable[Beside]:
        """Yield the hat itself where it is no spell: then who controls it does what only a vote should do."""
        hat = account.address_of("hat()")
        if (found := nonzero(hat)) and nonzero(account.address_of(_of(found, "action()"))) is None:
            yield Beside(found, Capability.EXECUTE, "hat, which is no spell,", hat.evidence)

    def quorum(self, account: Account, clock_mode: str) -> Known[int] | Unknown:
        words = "no quorum: whoever has more approvals than the hat takes its place"
        hat = account.address_of("hat()")
        if isinstance(hat, Unknown):
            return hat
        return transform(account.ask(_of(hat.value, "approvals")), int, words)

    def clock(self, account: Account) -> Known[str] | Unknown:
        return Known(value="timestamp", evidence=account.code.evidence, derivation="spells count seconds")

    def voting_delay(self, account: Account) -> Known[int] | Unknown:
        return Unknown(reason=Reason.NOT_SUPPORTED, detail=_ALWAYS, evidence=account.code.evidence)

    voting_period = late_extension = voting_delay

    def proposal_threshold(self, account: Account) -> Known[int] | Unknown:
        return Known(value=0, evidence=account.code.evidence, derivation="anyone may etch a slate")

    def voting_power(self, account: Account) -> Known[dict[str, int]] | Unknown | None:
        """What each account has locked, where that adds up to all receipts for what is locked."""
        locked = account.ask("locked")
        if isinstance(locked, Unknown):
            return locked
        deposits = {voter: account.ask(_of(voter, "deposits")) for voter in _voters(account)}
        known = {voter: int(one.value) for voter, one in deposits.items() if isinstance(one, Known) and one.value}
        evidence = locked.evidence + tuple(item for one in deposits.values() for item in one.evidence)
        if sum(known.values()) != locked.value:
            detail = "the deposits of all whom the notes name are not all that is locked"
            return Unknown(reason=Reason.NO_LOGS, detail=detail, evidence=evidence)
        return Known(value=known, evidence=evidence, derivation="deposits() of everyone whom a note names")

    def proposals(self, account: Account) -> Told:
        """Every address that a slate names, in the order in which slates named them."""
        found: dict[str, RawProposal] = {}
        problems: list[tuple[str, str]] = []
        for log in _etchings(account):
            try:
                yays = _yays(log)
            except DecodeError as error:
                problems.append((f"a proposal (log {log.log_index} of {log.transaction_hash})", str(error)))
                continue
            for spell in yays:
                if spell not in found and spell != ZERO_ADDRESS:
                    found[spell] = _proposal(account, spell, log)
        return Told(tuple(found.values()), tuple(problems))

    def votes(self, account: Account) -> Iterator[Vote]:
        """Who approves now of which spell, with what they have locked: an approval stands until it is moved."""
        slates = _slates(account)
        for voter, log in _voters(account).items():
            slate, weight = account.ask(_of(voter, "votes")), account.ask(_of(voter, "deposits"))
            if isinstance(slate, Known) and isinstance(weight, Known) and weight.value:
                for spell in slates.get(str(slate.value), ()):
                    yield Vote(int(spell, 16), voter, 1, int(weight.value), log)

    def executions(self, account: Account) -> dict[int, LogEvidence]:
        """The note of a plan's execution in the pause, by the spell whose plan it was."""
        pause = nonzero(self.timelock(account))
        met = account.met.get(pause) if pause else None
        plans = {plan: spell for spell in self._spells(account) if (plan := _plan(account, spell))}
        found: dict[int, LogEvidence] = {}
        for log in met.events(EXEC) if met else ():
            try:
                spell = plans.get(_hash(decode(("address", "bytes32", "bytes", "uint256"), "0x" + _called(log)[10:])))
            except DecodeError:
                continue
            if spell:
                found[int(spell, 16)] = log
        return found

    def state_calls(self, proposal_id: int, snapshot: int) -> Sequence[StateCall]:
        spell = f"0x{proposal_id:040x}"
        return (
            StateCall("approvals", "approvals(address)", (spell,), ("uint256",)),
            StateCall("hat", "hat()", (), ("address",)),
        )

    def read_state(self, answers: dict[str, Known[Any] | Unknown]) -> ProposalState:
        """What the chief tells: `complete_state` needs the hat (in place of a state) and the time (of an eta)."""
        none = transform(answers["approvals"], lambda _: 0, "votes approve, or they do not")
        return ProposalState(
            state=transform(answers["hat"], str, "the hat"),
            for_votes=transform(answers["approvals"], int, "approvals() now"),
            against_votes=none,
            abstain_votes=none,
            eta=answers[NOW],
            quorum=none,
        )

    def complete_state(self, account: Account, proposal_id: int, state: ProposalState) -> ProposalState:
        """The spell's own words decide: done, plotted, expired; then whether it wears the hat."""
        spell = f"0x{proposal_id:040x}"
        told = {name: account.ask(_of(spell, f"{name}()")) for name in ("done", "eta", "expiration")}
        silent = Known(value=0, evidence=state.state.evidence, derivation="no spell: it names no such thing")
        told = {name: silent if _absent(one) else one for name, one in told.items()}
        told["plotted"] = account.ask(_of(spell, "plan")) if _plan(account, spell) else silent
        wears = transform(state.state, lambda hat: str(hat).lower() == spell, "hat()")
        parts = {**told, "wears": wears, "now": state.eta}
        decided = combine(parts, _state, "done(), eta(), expiration(), its plan in the pause, and the hat")
        return ProposalState(
            state=decided,
            for_votes=_gone(decided) if isinstance(decided, Known) and decided.value in _OVER else state.for_votes,
            against_votes=state.against_votes,
            abstain_votes=state.abstain_votes,
            eta=transform(told["eta"], int, "eta() of the spell"),
            quorum=self.quorum(account, "timestamp"),
        )

    def _spells(self, account: Account) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for log in _etchings(account):
            try:
                found.update(dict.fromkeys(_yays(log)))
            except DecodeError:
                continue
        found.pop(ZERO_ADDRESS, None)
        hat = nonzero(account.address_of("hat()"))
        listed = tuple(found)[-_MAX_SPELLS:]
        return listed if hat is None or hat in listed else (hat, *listed)


def _state(*, done: bool, eta: int, expiration: int, now: int, **pause: bool) -> str:
    """Return the state that a spell's words come to; `plotted`: the pause holds its plan, `wears`: it has the hat."""
    if done:
        return "Executed"
    if eta:
        if not pause["plotted"]:
            return "Canceled"
        return "Queued" if now < eta else "Succeeded"
    if expiration and now > expiration:
        return "Expired"
    return "Succeeded" if pause["wears"] else "Active"


def _gone(state: Known[str]) -> Unknown:
    detail = "approvals move on once a spell is through; how many it had is not kept"
    return Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=state.evidence)


def _absent(answer: Known[Any] | Unknown) -> bool:
    return isinstance(answer, Unknown) and answer.reason in (Reason.REVERTED, Reason.UNDECODABLE)


def _etchings(account: Account) -> list[LogEvidence]:
    logs = [*account.events(NOTE_ETCH), *account.events(NOTE_VOTE_YAYS)]
    return sorted(logs, key=lambda log: (log.block_number, log.log_index))


def _called(log: LogEvidence) -> str:
    """Return the calldata that a note holds. Raises DecodeError."""
    return str(decode(("uint256", "bytes"), log.data)[1])


def _yays(log: LogEvidence) -> tuple[str, ...]:
    """Return the addresses of a slate, from the calldata that the note holds. Raises DecodeError."""
    (yays,) = decode(("address[]",), "0x" + _called(log)[10:])
    return tuple(str(one).lower() for one in yays)


def _slates(account: Account) -> dict[str, tuple[str, ...]]:
    """Return slate -> its addresses: the hash of the addresses, each in a word, is the slate's name."""
    found: dict[str, tuple[str, ...]] = {}
    for log in _etchings(account):
        try:
            yays = _yays(log)
        except DecodeError:
            continue
        found["0x" + keccak(hexstr="0x" + "".join(one[2:].rjust(64, "0") for one in yays)).hex()] = yays
    return found


def _voters(account: Account) -> dict[str, LogEvidence]:
    """Return everyone who locked or voted, with the last note of a vote of theirs, or else of the lock."""
    found: dict[str, LogEvidence] = {}
    for kind in (NOTE_LOCK, NOTE_VOTE_YAYS, NOTE_VOTE_SLATE):
        for log in account.events(kind):
            if len(log.topics) == 4:
                voter = "0x" + log.topics[1][-40:]
                before = found.get(voter)
                later = before is None or (before.block_number, before.log_index) < (log.block_number, log.log_index)
                if later or (before is not None and before.topics[0] == NOTE_LOCK):
                    found[voter] = log
    return dict(list(found.items())[:_MAX_VOTERS])


def _plan(account: Account, spell: str) -> str | None:
    """Return the name under which the pause keeps a spell's plan, once it was plotted."""
    parts = [account.ask(_of(spell, one)) for one in ("action()", "tag()", "sig()", "eta()")]
    if any(isinstance(one, Unknown) for one in parts):
        return None
    action, tag, sig, eta = (one.value for one in parts if isinstance(one, Known))
    return _hash((action, tag, sig, eta)) if eta else None


def _hash(plan: Sequence[Any]) -> str:
    return "0x" + keccak(hexstr=encode(("address", "bytes32", "bytes", "uint256"), plan)).hex()


def _proposal(account: Account, spell: str, log: LogEvidence) -> RawProposal:
    action, sig = account.address_of(_of(spell, "action()")), account.ask(_of(spell, "sig()"))
    text = account.ask(_of(spell, "description()"))
    calls: tuple[RawAction, ...] = ()
    held: tuple[Evidence, ...] = ()
    unread: Unknown | None = None
    if isinstance(action, Known) and isinstance(sig, Known):
        calls = (RawAction(action.value, 0, "", str(sig.value), delegate=True),)
        held = action.evidence + sig.evidence
    elif not _absent(action):
        unread = action if isinstance(action, Unknown) else sig if isinstance(sig, Unknown) else None
    else:
        detail = "it is no spell: what it would do with the hat is its own affair"
        unread = Unknown(reason=Reason.NOT_SUPPORTED, detail=detail, evidence=action.evidence)
    at = "0x" + log.topics[1][-40:] if len(log.topics) > 1 else ZERO_ADDRESS
    description = str(text.value) if isinstance(text, Known) else ""
    return RawProposal(log.address, int(spell, 16), at, calls, 0, 0, description, log, held=held, unread=unread)
