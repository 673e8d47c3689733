"""From guards to passages: functions behind the same guard together, holders with the actors behind them."""

from __future__ import annotations

from collections.abc import Iterable

from scanner.discovery.control.holders import Resolver, add_delays, weakest
from scanner.discovery.guards.calls import CONTRADICTED, NOT_CHECKABLE, Trial, Verdict
from scanner.discovery.guards.claims import Claim
from scanner.discovery.guards.doors import INITIALIZER, Door, Held, Named
from scanner.discovery.guards.managers import own_rule
from scanner.discovery.guards.trials import Guards
from scanner.discovery.world import World
from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind, Guard
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.passages import GuardHolder, Passage
from scanner.model.values import ZERO_ADDRESS

HOLDERS_KEPT = 25
EVIDENCE_KEPT = 60
"""Pieces kept for one passage; every function of it has at least a stranger's and a holder's call among the first."""

_NOT_ASKED = Verdict("not-asked", "")
_LIES = "every function refuses them as it refuses a stranger"
_PLAIN = {
    Guard.NONE.value: "anyone",
    Guard.PAYMENT.value: "payment",
    Guard.PROOF.value: "signatures",
    Guard.IDENTITY.value: "members",
    Guard.MEMBER.value: "members",
    Guard.CALLER.value: "caller",
}


def build_passages(world: World, resolver: Resolver, guards: Guards) -> Collection[Passage]:
    """Return every function with who may call it, folded. What the chain contradicts is a gap as well."""
    trials = {trial.door: trial for trial in guards.trials}
    folded: dict[tuple[object, ...], list[Door]] = {}
    for door in guards.doors:
        named, verdict = _named(world, guards, door), guards.verdicts.get(door, _NOT_ASKED)
        key = (door.account, _guard(door, named, verdict), _asks(door), named.source, named.holders, named.anyone)
        folded.setdefault((*key, named.reason, verdict.result, verdict.detail, verdict.found), []).append(door)
    made = [_passage(resolver, guards, trials, doors) for doors in folded.values()]
    made += [_lie(resolver, claim, evidence) for claim, evidence in guards.lies]
    _tell(world, guards)
    short = [contract for contract in made if contract.guard == "unknown"]
    reason = "" if world.complete else "the crawl was cut short"
    if not reason and guards.unread:
        reason = f"the code of {', '.join(guards.unread[:3])} was not analysed"
    if not reason and short:
        reason = "the guards of contracts without source, and of managers, are known only as far as calls show them"
    ordered = tuple(sorted(made, key=lambda one: (one.contract, one.guard, one.functions)))
    return Collection[Passage](items=ordered, complete=not reason, reason=reason)


def _lie(resolver: Resolver, claim: Claim, evidence: tuple[Evidence, ...]) -> Passage:
    """Return a view that names somebody whom no function lets pass."""
    return Passage(
        contract=claim.account,
        functions=(claim.office,),
        guard="claim",
        asks=f"it names {claim.address}",
        read_from=claim.office,
        holders=(_holder(resolver, Held(claim.address)),),
        checked=CONTRADICTED,
        detail=_LIES,
        evidence=tuple(dict.fromkeys(evidence)),
    )


def _passage(resolver: Resolver, guards: Guards, trials: dict[Door, Trial], doors: list[Door]) -> Passage:
    first = doors[0]
    named, verdict = _named(resolver.world, guards, first), guards.verdicts.get(first, _NOT_ASKED)
    held = named.holders
    if verdict.found and verdict.result != CONTRADICTED:
        known = {one.address: one for one in held}
        held = tuple(known.get(address, Held(address)) for address in verdict.found)
    guard = _guard(first, named, verdict)
    holders = tuple(_holder(resolver, one) for one in held[:HOLDERS_KEPT])
    if guard == "anyone" and first.standing:
        holders = (_anyone(named.evidence),)
    elif guard == "signatures" and first.account in resolver.parts.safes:
        holders = (_holder(resolver, Held(first.account)),)
    complete, reason = named.complete and len(held) <= HOLDERS_KEPT, named.reason
    if len(held) > HOLDERS_KEPT:
        reason = f"{len(held)} holders: not all are kept"
    return Passage(
        contract=first.account,
        functions=tuple(sorted(door.signature for door in doors)),
        guard=guard,
        asks=_asks(first),
        read_from=named.source,
        holders=holders,
        complete=complete,
        reason=reason,
        checked=verdict.result,
        detail=verdict.detail,
        evidence=tuple(dict.fromkeys((*named.evidence[:4], *_calls(trials, doors, verdict))))[:EVIDENCE_KEPT],
    )


def _named(world: World, guards: Guards, door: Door) -> Named:
    """Return whom a function's guard lets pass: a manager's own functions ask the manager what their data asks for."""
    if door.fact is not None and door.fact.guard == Guard.NONE:
        return own_rule(world.accounts[door.account], door.signature) or guards.named.get(door, Named())
    return guards.named.get(door, Named())


def _guard(door: Door, named: Named, verdict: Verdict) -> str:
    if door.fact is None:
        return _told_by_code(door, verdict)
    if door.standing:
        return "anyone" if named.anyone or (verdict.open and verdict.result == "passed") else "caller"
    forms = {check.form for check in door.checks}
    for form, guard in (("signed", "signatures"), ("argument", "argument"), ("held", "members")):
        if form in forms:
            return guard
    if door.fact.guarded_by == INITIALIZER:
        return "anyone" if door.fact.opens and verdict.open else "once"
    if named.source and door.fact.guard == Guard.NONE:
        return "unknown"
    return _PLAIN.get(door.fact.guard, "unknown")


def _told_by_code(door: Door, verdict: Verdict) -> str:
    """Return the guard of a function without source: by the calls, else by what its bytecode looks at."""
    if verdict.open or verdict.result == "passed":
        return "anyone" if verdict.open else "caller"
    if door.coded.nobody:
        return "signatures" if door.coded.signed else "anyone"
    return "unknown"


def _asks(door: Door) -> str:
    """Return the condition on the caller in words of the code: alternatives joined by or, clauses by and."""
    if door.fact is None:
        return door.coded.words
    if not door.checks:
        return door.fact.guarded_by
    clauses = [" or ".join(_words(check.form, check.reads) for check in door.clause(n)) for n in door.clauses]
    return " and ".join(dict.fromkeys(clauses))[:200]


def _words(form: str, reads: str) -> str:
    return f"caller is {reads}" if form in ("is", "fixed", "self") else reads


def _holder(resolver: Resolver, held: Held) -> GuardHolder:
    paths = resolver.paths(held.address)
    kind = ActorKind.NOBODY if held.address == ZERO_ADDRESS else weakest(path.kind for path in paths)
    delays = [path.delay for path in paths if path.kind is kind]
    known = [delay for delay in delays if isinstance(delay, Known)]
    delay: Known[int] | Unknown = Unknown(reason=Reason.UNRESOLVED, detail="the delay of a path could not be read")
    if known:
        best = min(known, key=lambda one: one.value)
        delay = Known(value=best.value, evidence=best.evidence[:2], derivation="shortest path of the weakest actor")
    if held.delay:
        own = Known(value=held.delay, evidence=held.evidence, derivation="the guard's own delay")
        delay = add_delays(delay, own)
    kinds = sorted({path.kind for path in paths} or {ActorKind.NOBODY}, key=_order)
    return GuardHolder(
        address=held.address, kind=kind, actors=tuple(kinds), label=resolver.label(held.address), delay_seconds=delay
    )


def _order(kind: ActorKind) -> tuple[bool, str]:
    return kind.is_vote, kind.value


def _anyone(evidence: tuple[Evidence, ...]) -> GuardHolder:
    nothing = Known(value=0, evidence=evidence[:1], derivation="nobody is refused")
    return GuardHolder(
        address=ZERO_ADDRESS, kind=ActorKind.ANYONE, actors=(ActorKind.ANYONE,), label="anyone", delay_seconds=nothing
    )


def _calls(trials: dict[Door, Trial], doors: Iterable[Door], verdict: Verdict) -> tuple[Evidence, ...]:
    """Return the calls behind a verdict, each function's first ones first."""
    rows: list[list[Evidence]] = []
    for door in doors:
        trial = trials.get(door)
        if trial is None:
            continue
        callers = verdict.callers or ((trial.stranger.caller,) if trial.stranger else ())
        rows.append([piece for one in callers if one in trial.answers for piece in trial.answers[one].evidence])
    longest = max((len(row) for row in rows), default=0)
    return tuple(row[place] for place in range(longest) for row in rows if place < len(row))


def _tell(world: World, guards: Guards) -> None:
    """Note as gaps what the chain contradicts, and which guards of named contracts stay without a holder."""
    for door, verdict in guards.verdicts.items():
        if verdict.result == CONTRADICTED:
            who = ", ".join(verdict.found or verdict.callers[:1])
            detail = f"{verdict.detail} ({who}): the contract or what was read of it is not what it says"
            world.gap(door.account, f"who may call {door.signature}", Reason.UNRESOLVED, detail)
    for claim, _ in guards.lies:
        what = f"whom {claim.office} names ({claim.address})"
        world.gap(claim.account, what, Reason.UNRESOLVED, f"{_LIES}: the view or the code is not what it says")
    unread: dict[str, list[str]] = {}
    for door, named in guards.named.items():
        verdict = guards.verdicts.get(door, _NOT_ASKED)
        if not named.complete and not named.holders and not verdict.found and verdict.result == NOT_CHECKABLE:
            unread.setdefault(door.account, []).append(door.signature)
    for address, signatures in unread.items():
        shown = ", ".join(sorted(signatures)[:3]) + (" and others" if len(signatures) > 3 else "")
        world.gap(address, f"who may call {shown}", Reason.UNRESOLVED, "the guard's holder could not be named")
