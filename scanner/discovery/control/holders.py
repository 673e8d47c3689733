"""Following control until it ends: in a key, a multisig, a vote, anyone, nobody, or something unresolved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace

from scanner.discovery.account import Account, nonzero
from scanner.discovery.aliased import Doubt, doubt_of
from scanner.discovery.battery import DEFAULT_ADMIN_ROLE, SENTINEL
from scanner.discovery.clock import in_seconds
from scanner.discovery.control.crossing import Wait, called_in, messages_from, senders, wait_there
from scanner.discovery.control.grants import Grant
from scanner.discovery.control.labels import label_of
from scanner.discovery.control.paths import (
    ALONE,
    Path,
    add_delays,
    is_nobodys,
    limited,
    short,
    wait_of,
    weakest,
    zero_delay,
)
from scanner.discovery.control.roles import read_roles, role_name
from scanner.discovery.control.signing import least_keys
from scanner.discovery.executors.interface import Caller
from scanner.discovery.families.interface import Beside, own_delay
from scanner.discovery.guards.doors import Held
from scanner.discovery.guards.keeping import Kept
from scanner.discovery.guards.managers import ADMIN_ROLE, manager_members, role_holders
from scanner.discovery.guards.offices import Office, untold
from scanner.discovery.guards.rights import DELAY, Right, merged
from scanner.discovery.parts import Parts, threshold_of
from scanner.discovery.permissions.osx import upgraders
from scanner.discovery.wallets import signers_of
from scanner.discovery.world import World, behind
from scanner.model.controls import Holder
from scanner.model.evidence import Evidence
from scanner.model.kinds import ActorKind, Capability
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS

_MAX_STEPS = 2_000
"""Contracts that own each other in a ring of rings have more paths than anyone can follow."""

_WORD = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")

__all__ = ["ALONE", "Path", "Resolver", "add_delays", "short", "wait_of", "weakest"]


class Resolver:
    """Answers who is behind an address. Results are kept: the graph is walked once."""

    def __init__(
        self,
        world: World,
        parts: Parts,
        guards: Mapping[str, tuple[str, ...]] | None = None,
        *,
        offices: Mapping[str, tuple[Office, ...]] | None = None,
        rights: Mapping[str, Mapping[str, Right]] | None = None,
    ) -> None:
        """`guards` are, by address, the conditions on the caller that its code was found to hold, `offices` the holders
        whom no view names, `rights` who holds which power by the guards of its functions."""
        self.world = world
        self.parts = parts
        self._guards = guards or {}
        self._offices = offices or {}
        self._rights = rights or {}
        self.kept: Mapping[str, tuple[Kept, ...]] = {}
        """Who may call which functions of a governor by its guards; taken in once they were read."""
        self._known: dict[str, tuple[Path, ...]] = {}
        self._steps = 0
        self._ring = False

    def right(self, address: str, *powers: str) -> Right | None:
        """Return who holds any of these powers over a contract by its guards; None where no guard tells."""
        return merged(self._rights.get(address, {}), *powers)

    def paths(self, address: str) -> tuple[Path, ...]:
        """Return every path that ends at `address`, i.e. that can make it act."""
        if address not in self._known:
            self._steps, self._ring = 0, False
            found = tuple(self._walk(address, frozenset()))
            if not found and self._ring:
                # Not nobody: contracts that only name each other may let anyone in by what else they do.
                found = (self._unresolved(address, "it is controlled by itself, or by contracts that it controls"),)
            self._known[address] = found
        return self._known[address]

    def through_grant(self, address: str, grant: Grant) -> tuple[Path, ...]:
        """Return every path by which the holder of a permission over `address` comes to use it."""
        return tuple(self._granted(self.world.accounts[address], grant, frozenset({address})))

    def label(self, address: str) -> str:
        """Return what the address is, in a few words."""
        return label_of(self.world, self.parts, address)

    def holder(self, address: str, evidence: tuple[Evidence, ...]) -> Holder:
        """Return `address` as the holder of a role, with the weakest actor behind it."""
        paths = self.paths(address)
        kind = ActorKind.ANYONE if address == ZERO_ADDRESS else weakest(path.kind for path in paths)
        label = "anyone (zero address)" if address == ZERO_ADDRESS else self.label(address)
        return Holder(address=address, kind=kind, label=label, evidence=evidence)

    def kind_behind(self, observed: Known[str] | Unknown) -> Known[str] | Unknown:
        """Return the weakest ActorKind behind an observed address: nobody for zero, unknown where unresolved."""
        if isinstance(observed, Unknown):
            return observed
        if observed.value == ZERO_ADDRESS:
            return Known(value=ActorKind.NOBODY.value, evidence=observed.evidence, derivation=observed.derivation)
        every = self.paths(observed.value)
        # Who can do one thing only is not behind all that the address can do, where somebody else is.
        paths = tuple(path for path in every if not path.only) or every
        kind = weakest(path.kind for path in paths)
        evidence = observed.evidence + tuple(item for path in paths if path.kind is kind for item in path.evidence[:2])
        if kind is ActorKind.UNRESOLVED:
            account = self.world.get(observed.value)
            doubt = doubt_of(self.world, account) if account is not None else None
            detail = f"what stands behind {self.label(observed.value)} could not be resolved"
            detail = detail if doubt is None else f"{short(observed.value)}: {doubt.reason}"
            return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=evidence)
        steps = next((path.steps for path in paths if path.kind is kind), ())
        return Known(value=kind.value, evidence=evidence, derivation=" → ".join((*steps, self.label(observed.value))))

    def _walk(self, address: str, seen: frozenset[str]) -> Iterable[Path]:
        if address in seen:
            self._ring = True
            return
        self._steps += 1
        if self._steps > _MAX_STEPS:
            yield self._unresolved(address, "too many paths lead here: not all were followed")
            return
        account = self.world.get(address)
        if account is None or isinstance(account.code, Unknown):
            yield self._unresolved(address, "this address was not read")
            return
        seen = seen | {address}
        if account.is_eoa and is_nobodys(address):
            return
        if (doubt := doubt_of(self.world, account)) is not None:
            yield self._no_key(account, doubt)
        elif account.is_eoa:
            label = "key" if not account.is_delegated_eoa else "key with EIP-7702 delegated code"
            yield self._end(address, ActorKind.EOA, f"{label} {short(address)}", 1, account.code.evidence)
            yield from self._by_its_delegate(account)
        elif address in self.parts.safes:
            yield from self._safe(account, seen)
        elif address in self.parts.governors:
            yield self._vote(account)
            yield from self._beside_the_vote(account, seen)
            yield from self._by_its_guards(account, seen)
            yield from self._unread(account)
        elif address in self.parts.executors:
            yield from self._executor(account, seen)
        elif where := messages_from(self.world.chain.chain_id, address):
            yield self._unresolved(address, f"hands on messages from {where}, whoever sends them there")
        elif (signed := signers_of(account)) is not None:
            yield self._end(address, ActorKind.MULTISIG, self.label(address), signed[0], signed[2])
        else:
            yield from self._owned(account, seen)
            yield from self._forwarded(account, seen)
        yield from self._upgrades(account, seen)

    def _end(self, actor: str, kind: ActorKind, label: str, signers: int, evidence: tuple[Evidence, ...]) -> Path:
        signed = Known(value=signers, evidence=evidence)
        return Path(actor, kind, label, (), zero_delay(evidence), signed, evidence)

    def _unresolved(self, address: str, detail: str) -> Path:
        unknown = Unknown(reason=Reason.UNRESOLVED, detail=detail)
        label = f"unresolved: {self.label(address)}"
        account = self.world.get(address)
        evidence = account.code.evidence if account else ()
        return Path(address, ActorKind.UNRESOLVED, label, (detail,), unknown, unknown, evidence)

    def _by_its_delegate(self, account: Account) -> Iterable[Path]:
        """Code that a key delegated to (EIP-7702) may let anyone act in the key's name."""
        delegate = nonzero(account.delegate) if account.delegate is not None else None
        right = self.right(delegate, "act") if delegate else None
        if delegate and right is not None and right.anyone:
            end = self._end(ZERO_ADDRESS, ActorKind.ANYONE, "anyone", 0, right.evidence)
            yield replace(end, steps=(f"code that runs at the key: {self.label(delegate)} ({right.words})",))

    def _forwarded(self, account: Account, seen: frozenset[str]) -> Iterable[Path]:
        """Follow who is behind a trusted forwarder (ERC-2771): what it says of its caller is believed.

        A forwarder with source that names nobody in charge is taken at its word: it asks for signatures.
        """
        answer = account.address_of("trustedForwarder()")
        forwarder = nonzero(answer)
        known = self.world.get(forwarder) if forwarder else None
        if forwarder is None or known is None or forwarder in seen:
            return
        step = f"trusted forwarder of {self.label(account.address)}: in anyone's name"
        found = tuple(self._walk(forwarder, seen))
        if known.has_code and behind(self.world, known)[0][-1].verified is not None:
            found = tuple(path for path in found if path.kind is not ActorKind.UNRESOLVED)
        yield from self._through(found, step, zero_delay(answer.evidence), answer.evidence)

    def _no_key(self, account: Account, doubt: Doubt) -> Path:
        """An account without code that may be, or is, as what a contract of another chain acts here."""
        if doubt.away is None:
            return replace(self._unresolved(account.address, doubt.reason), evidence=doubt.evidence)
        signed = Unknown(reason=Reason.UNRESOLVED, detail=doubt.reason, evidence=doubt.evidence)
        caller = Caller(doubt.away.address, "", doubt.evidence, chain=f"chain {doubt.away.chain_id}")
        label, waits = f"{short(caller.address)}{called_in(self.world, caller)}", wait_there(caller, None)
        step = f"acts here as its alias {short(account.address)}"
        return Path(caller.address, ActorKind.UNRESOLVED, label, (step,), waits, signed, doubt.evidence)

    def _through(
        self, paths: Iterable[Path], step: str, delay: Known[int] | Unknown, evidence: tuple[Evidence, ...]
    ) -> Iterable[Path]:
        for path in paths:
            yield replace(
                path,
                steps=(*path.steps, step),
                delay=add_delays(path.delay, delay),
                evidence=path.evidence + tuple(item for item in evidence if item not in path.evidence),
            )

    def _vote(self, account: Account) -> Path:
        kind = self.vote_kind(account.address)
        evidence = account.ask("votingPeriod()").evidence or account.code.evidence
        family, name = self.parts.governors[account.address], self.label(account.address)
        votes = Unknown(reason=Reason.NOT_SUPPORTED, detail="a vote: no number of keys")
        if (signed := family.signers(account)) is not None:
            return Path(account.address, kind, name, (), zero_delay(evidence), signed, signed.evidence or evidence)
        waits = own_delay(self.world, family, account) or zero_delay(evidence)
        timelock = family.timelock(account)
        if isinstance(timelock, Unknown) and timelock.reason is Reason.NOT_SUPPORTED:
            waits = timelock  # what delays it may be in the governor itself
        where = family.counted_on(account)
        label = f"vote of {name}, counted on {where}" if where else f"vote of {name}"
        return Path(account.address, kind, label, (), waits, votes, evidence)

    def _beside_the_vote(self, account: Account, seen: frozenset[str]) -> Iterable[Path]:
        for one in self.parts.governors[account.address].besides(account):
            if one.capability is Capability.EXECUTE:
                step = f"{one.words} of {self.label(account.address)}"
                in_vote = one.address == ZERO_ADDRESS
                paths = (self._in_others_names(account, one),) if in_vote else self._walk(one.address, seen)
                yield from self._through(paths, step, zero_delay(one.evidence), one.evidence)

    def _by_its_guards(self, account: Account, seen: frozenset[str]) -> Iterable[Path]:
        """Whoever may call a function through which a governor of a plain family acts needs no vote for that."""
        family, right = self.parts.governors[account.address], self.right(account.address, "act")
        if family.plain and right is not None:
            own = (account.address, family.executor(account), *self._names_timelock(account))
            others = tuple(one for one in right.holders if one.address not in own)
            yield from self._acting(account, replace(right, holders=others), seen, frozenset())

    def _names_timelock(self, account: Account) -> Iterable[str]:
        timelock = nonzero(self.parts.governors[account.address].timelock(account))
        return (timelock,) if timelock else ()

    def _in_others_names(self, account: Account, one: Beside) -> Path:
        """Anyone who votes for the others waits as a vote does: until it opens, and while it is open."""
        family, mode = self.parts.governors[account.address], self.parts.governors[account.address].clock(account)
        opens = in_seconds(self.world, account, mode, family.voting_delay(account))
        lasts = in_seconds(self.world, account, mode, family.voting_period(account))
        path = self._end(ZERO_ADDRESS, ActorKind.ANYONE, "anyone", 0, one.evidence)
        return replace(path, delay=add_delays(opens, lasts))

    def _unread(self, account: Account) -> Iterable[Path]:
        """What could not be read beside the vote may be a way around it. A revert is no such: it has no function."""
        family = self.parts.governors[account.address]
        if doubt := family.doubt(account):
            yield self._unresolved(account.address, doubt)
        for what, answer in (("timelock", family.timelock(account)), ("admin", family.admin(account))):
            if isinstance(answer, Unknown) and answer.reason not in (Reason.REVERTED, Reason.NOT_READ):
                yield self._unresolved(account.address, f"its {what} could not be read: {answer.detail}")
                return

    def vote_kind(self, governor: str) -> ActorKind:
        """Return what carries the vote: a token, an NFT, or membership as such; unresolved where that was not found."""
        account, family = self.world.accounts[governor], self.parts.governors[governor]
        if (kind := family.carried_by(account)) is not None:
            return kind
        token = nonzero(self.parts.vote_tokens.get(governor) or family.token(account))
        carrier = self.world.get(token) if token else None
        if carrier is None or not carrier.has_code:
            return ActorKind.SHARE_VOTE if account.verified else ActorKind.UNRESOLVED
        nft = carrier.ask("isNFT")
        return ActorKind.NFT_VOTE if isinstance(nft, Known) and nft.value else ActorKind.TOKEN_VOTE

    def _safe(self, account: Account, seen: frozenset[str]) -> Iterable[Path]:
        owners, threshold, modules = account.ask("getOwners()"), threshold_of(account), account.ask("modules")
        if isinstance(owners, Known) and isinstance(threshold, Known):
            evidence = owners.evidence + threshold.evidence
            deciding = self._deciding_owners(owners.value, seen)
            by_vote = sum(all(path.kind.is_vote for path in paths) for paths in deciding.values())
            alone = threshold.value == 1 and len(deciding) == len(owners.value)
            enough = len(owners.value) - by_vote >= threshold.value and not alone
            if enough:
                yield self._by_owners(account, frozenset(owners.value), int(threshold.value), evidence)
            for owner, paths in deciding.items() if not enough or threshold.value == 1 else ():
                step = f"{self.label(owner)}, owner of Safe {short(account.address)}"
                yield from self._through(paths, step, zero_delay(evidence), evidence)
        else:
            yield self._unresolved(account.address, "how many of its owners it takes could not be read")
        if not isinstance(modules, Known):
            yield self._unresolved(account.address, "the Safe's modules could not be read")
            return
        for module in modules.value[0]:
            name = str(module).lower()
            step = f"module {self.label(name)} of Safe {short(account.address)}"
            yield from self._through(self._walk(name, seen), step, zero_delay(modules.evidence), modules.evidence)
        if str(modules.value[1]).lower() not in (ZERO_ADDRESS, SENTINEL):
            yield self._unresolved(account.address, "the Safe has more modules than were read")

    def _by_owners(
        self, account: Account, owners: frozenset[str], threshold: int, evidence: tuple[Evidence, ...]
    ) -> Path:
        """The owners together; a single key where that signs for as many of them as it takes, through other Safes."""
        label = self.label(account.address)
        needed = least_keys(self.world.accounts, account.address, frozenset(self.parts.safes)) or frozenset()
        key = self.world.get(next(iter(needed))) if len(needed) == 1 else None
        if key is not None and key.is_eoa and key.address not in {one.lower() for one in owners}:
            end = self._end(key.address, ActorKind.EOA, f"key {short(key.address)}", 1, evidence + key.code.evidence)
            return replace(end, steps=(f"signs for as many owners as {label} takes, through Safes that own it",))
        signers = min(threshold, len(needed)) if needed else threshold
        return self._end(account.address, ActorKind.MULTISIG, label, signers, evidence)

    def _deciding_owners(self, owners: Iterable[str], seen: frozenset[str]) -> dict[str, tuple[Path, ...]]:
        """Return those owners of a Safe that are no keys but governors, or act for others, with their paths.

        An owner that is being followed already adds no path: whoever makes it act is found there.
        """
        found: dict[str, tuple[Path, ...]] = {}
        for owner in (str(one).lower() for one in owners):
            if owner in seen:
                found[owner] = ()
            elif owner in self.parts.governors or owner in self.parts.executors:
                found[owner] = tuple(self._walk(owner, seen))
        return found

    def _executor(self, account: Account, seen: frozenset[str]) -> Iterable[Path]:
        name = self.label(account.address)
        family = self.parts.executors[account.address]
        delay, callers = family.delay(account), family.callers(account)
        shortened = self.right(account.address, DELAY) or Right()
        for caller in callers.items:
            if caller.address == account.address:
                continue
            step = f"{caller.words} of {name}"
            waits = delay if caller.delay is None else caller.delay
            if any(one.address == caller.address for one in shortened.holders):
                waits = Unknown(reason=Reason.UNRESOLVED, detail="who has to wait can change how long, without waiting")
            found = self._behind(caller, seen, waits)
            if caller.limits:
                found = tuple(limited(path, caller.limits) for path in found)
            if caller.only:
                found = tuple(replace(path, only=caller.only) for path in found)
            yield from self._through(found, step, waits, caller.evidence + waits.evidence)
        if not callers.complete:
            yield self._unresolved(account.address, f"who can make it act: {callers.reason}")

    def _behind(self, caller: Caller, seen: frozenset[str], here: Wait = None) -> Iterable[Path]:
        if caller.address == ZERO_ADDRESS:
            return (self._end(ZERO_ADDRESS, ActorKind.ANYONE, "anyone", 0, caller.evidence),)
        if not caller.chain:
            return self._walk(caller.address, seen)
        detail = f"who {short(caller.address)} is stands on {caller.chain}"
        signed = Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=caller.evidence)
        label, delay = f"{short(caller.address)}{called_in(self.world, caller)}", wait_there(caller, here)
        return (Path(caller.address, ActorKind.UNRESOLVED, label, (), delay, signed, caller.evidence),)

    def _from_elsewhere(self, account: Account, seen: frozenset[str]) -> Iterable[Path]:
        """Follow who makes a contract act by messages from another chain."""
        found = senders(self.world, account)
        for caller in found.items:
            step, waits = f"{caller.words} to {self.label(account.address)}", caller.delay or zero_delay(())
            yield from self._through(self._behind(caller, seen, waits), step, waits, caller.evidence)
        if not found.complete:
            yield self._unresolved(account.address, found.reason)

    def _owned(self, account: Account, seen: frozenset[str]) -> Iterable[Path]:
        """Follow the owner, admin or role administrators of a contract that is none of the kinds above."""
        name = self.label(account.address)
        found = False
        followed: set[str] = set()
        for getter in dict.fromkeys(("owner()", "admin()", "authority()", "avatar()", *self._named_in_guards(account))):
            answer = account.address_of(getter)
            if owner := nonzero(answer):
                found = True
                followed.add(owner)
                yield from self._through(
                    self._walk(owner, seen), f"{getter} of {name}", zero_delay(answer.evidence), answer.evidence
                )
        for office in self._offices.get(account.address, ()):
            if office.address not in followed:
                found = True
                step = f"{office.words} of {name}"
                waits: Known[int] | Unknown = wait_of(Held(office.address, office.evidence, office.delay))
                paths = self._walk(office.address, seen) if office.address != ZERO_ADDRESS else ()
                if office.limits:
                    waits = Unknown(reason=Reason.UNRESOLVED, detail=office.limits)
                    paths = tuple(limited(path, office.limits) for path in paths)
                yield from self._through(paths, step, waits, office.evidence)
        if (right := self.right(account.address, "act")) is not None:
            found = True
            yield from self._acting(account, right, seen, frozenset(followed))
        book = read_roles(account)
        if book.doubts(DEFAULT_ADMIN_ROLE):
            found = True
            yield self._unresolved(account.address, f"who holds its roles: {book.reason}")
        for member in book.holders(DEFAULT_ADMIN_ROLE):
            if member.address == account.address:
                continue
            found = True
            step = f"{role_name(member.role)} of {name}"
            yield from self._through(
                self._walk(member.address, seen), step, zero_delay(member.evidence), member.evidence
            )
        if manager_members(account):
            found = True
            yield from self._managed(account, seen)
        for grant in account.grants.items if account.grants else ():
            if grant.who != account.address:
                found = True
                condition = grant.condition or f"what {grant.words} is good for, which is not known,"
                yield from self._granted(account, replace(grant, condition=condition), seen)
        for path in self._from_elsewhere(account, seen):
            found = True
            yield path
        if reason := untold(self._offices.get(account.address, ()), followed):
            found = True
            yield self._unresolved(account.address, reason)
        if not found:
            yield self._unresolved(account.address, "it names no owner, admin or role holder that could be followed")

    def _managed(self, account: Account, seen: frozenset[str]) -> Iterable[Path]:
        """Follow who administers a manager (AccessManager): they say who may call what."""
        held, reason = role_holders(account, ADMIN_ROLE)
        for one in held:
            step = f"ADMIN_ROLE of {self.label(account.address)}"
            yield from self._through(self._walk(one.address, seen), step, wait_of(one), one.evidence)
        if reason:
            yield self._unresolved(account.address, f"who administers it: {reason}")

    def _acting(self, account: Account, right: Right, seen: frozenset[str], followed: frozenset[str]) -> Iterable[Path]:
        """Follow those who may call the functions through which a contract acts on what its caller names.

        That there may be others says nothing more where a key is among them.
        """
        alone = right.anyone
        for held in right.holders:
            if held.address == account.address:
                continue
            paths = tuple(self._walk(held.address, seen))
            alone = alone or any(path.kind in ALONE for path in paths)
            if held.address not in followed:
                step = f"{right.words} of {self.label(account.address)}"
                yield from self._through(paths, step, wait_of(held), held.evidence)
        if right.anyone:
            yield self._end(ZERO_ADDRESS, ActorKind.ANYONE, "anyone", 0, right.evidence)
        if not right.complete and not alone:
            yield self._unresolved(account.address, f"who else may make it act: {right.reason}")

    def asked_for(self, governor: str) -> Iterable[Known[str]]:
        """Yield the accounts that conditions on the caller in a governor's code name by a getter, itself left out."""
        account = self.world.accounts[governor]
        for getter in self._named_in_guards(account):
            answer = account.address_of(getter)
            if isinstance(answer, Known) and answer.value not in (ZERO_ADDRESS, governor):
                yield Known(value=answer.value, evidence=answer.evidence, derivation=getter)

    def _named_in_guards(self, account: Account) -> Iterable[str]:
        """Yield the getters whose variable a function's condition on its caller names (`msg.sender == timelock`)."""
        words = {word for text in self._guards.get(account.address, ()) for word in _WORD.findall(text)}
        for signature, (outputs, _) in account.calls.items():
            if outputs == ("address",) and signature.partition("(")[0] in words:
                yield signature

    def _upgrades(self, account: Account, seen: frozenset[str]) -> Iterable[Path]:
        """Who replaces the code at an address can make it do anything."""
        if account.proxy is None or account.proxy.kind == "safe":
            return
        step = f"replaces the code of {self.label(account.address)}"
        for one in account.proxy.upgraders:
            if one.value not in seen:
                yield from self._through(self._walk(one.value, seen), step, zero_delay(one.evidence), one.evidence)
        named = [one.value for one in account.proxy.upgraders]
        for grant in upgraders(account):
            if grant.who not in (*named, account.address, *seen):
                yield from self._granted(account, grant, seen)

    def _granted(self, account: Account, grant: Grant, seen: frozenset[str]) -> Iterable[Path]:
        """Follow a permission to its holder."""
        caller = Caller(grant.who, grant.words, grant.evidence, grant.condition)
        found = self._behind(caller, seen)
        if caller.limits:
            found = tuple(limited(path, caller.limits) for path in found)
        step = f"{grant.words} of {self.label(account.address)}"
        yield from self._through(found, step, zero_delay(grant.evidence), grant.evidence)
