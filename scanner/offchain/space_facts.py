"""The facts of a Snapshot space; every setting that does not have the form it should have is unknown."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from scanner.model.evidence import DocumentEvidence, Evidence
from scanner.model.kinds import MembershipKind
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.offchain import SnapshotSpace, SpaceStrategy
from scanner.model.snapshot import Gap, InputDigest, Snapshot
from scanner.model.values import changed
from scanner.offchain.space import SpaceDocument
from scanner.offchain.strategies import Sells, class_in, class_of_all, gate_of, gated, held_back, params_of

INPUT = "snapshot space "
MAX_ITEMS = 100
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")
_MAX_TEXT = 200


def with_space(snapshot: Snapshot, document: SpaceDocument) -> Snapshot:
    """Return the snapshot with this space in place of one of the same id."""
    block = snapshot.blocks[0]
    proof = DocumentEvidence(
        chain_id=block.chain_id,
        block_number=block.number,
        block_hash=block.hash,
        uri=document.where,
        sha256=document.sha256,
    )
    space = _Reader(document.space, (proof,)).space(snapshot)
    kept = tuple(one for one in snapshot.dao.spaces.items if one.id != space.id)
    items = tuple(sorted((*kept, space), key=lambda one: one.id))
    others = tuple(one for one in snapshot.inputs if one.name != f"{INPUT}{space.id}")
    given = InputDigest(name=f"{INPUT}{space.id}", sha256=document.sha256)
    named = Collection[SnapshotSpace](items=items, complete=True)
    update: dict[str, object] = {
        "dao": changed(snapshot.dao, spaces=named),
        "inputs": (*others, given),
        "gaps": tuple(gap for gap in snapshot.gaps if not _is_about(gap, space.id)),
    }
    return snapshot.model_copy(update=update)


def _is_about(gap: Gap, space: str) -> bool:
    return gap.what == "Snapshot space" and f" {space}:" in gap.detail


class _Reader:
    """Reads a stranger's JSON."""

    def __init__(self, space: Mapping[str, Any], evidence: tuple[Evidence, ...]) -> None:
        self._space = space
        self._evidence = evidence

    def space(self, snapshot: Snapshot) -> SnapshotSpace:
        """Return all facts."""
        sells = _sells(snapshot)
        strategies = self._strategies(sells)
        membership = self._membership(strategies, sells)
        treasuries = self._treasuries()
        admins, modules = self._addresses("admins"), self._named_modules()
        return SnapshotSpace(
            id=_text(self._space.get("id")),
            name=_text(self._space.get("name")),
            membership=membership,
            sybil_gate=self._sybil_gate(membership, sells),
            strategies=strategies,
            validation=self._name("validation", "basic"),
            vote_validation=self._name("voteValidation", "any"),
            only_members=self._flag("filters", "onlyMembers"),
            privacy=self._privacy(),
            hides_abstain=self._flag("voting", "hideAbstain"),
            aliases=self._flag("voting", "aliased"),
            bribes=self._flag("boost", "bribeEnabled"),
            delay_seconds=self._number("voting", "delay"),
            period_seconds=self._number("voting", "period"),
            quorum=self._quorum(),
            admins=admins,
            admins_unread=len(set(map(str, _items(self._space.get("admins"))))) - len(admins),
            moderators=len(_items(self._space.get("moderators"))),
            authors=len(_items(self._space.get("members"))),
            treasuries=treasuries,
            treasuries_in_scope=self._in_scope(treasuries, snapshot),
            modules=modules,
            binding=_binding(snapshot, self._evidence, modules),
            evidence=self._evidence,
        )

    def _known(self, value: Any, derivation: str = "") -> Known[Any]:
        return Known(value=value, evidence=self._evidence, derivation=derivation)

    def _odd(self, what: str) -> Unknown:
        return Unknown(reason=Reason.UNDECODABLE, detail=f"{what} is not of a known form", evidence=self._evidence)

    def _part(self, name: str) -> Mapping[str, Any]:
        found = self._space.get(name)
        return found if isinstance(found, dict) else {}

    def _flag(self, part: str, name: str) -> Known[bool] | Unknown:
        value = self._part(part).get(name)
        if value is None:
            return self._known(False, f"{part}.{name} is not set")
        return self._known(value) if isinstance(value, bool) else self._odd(f"{part}.{name}")

    def _number(self, part: str, name: str) -> Known[int] | Unknown:
        value = self._part(part).get(name)
        if value is None:
            unset = f"{part}.{name} is not set: whoever proposes chooses"
            return Unknown(reason=Reason.OFF_CHAIN, detail=unset, evidence=self._evidence)
        whole = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return self._known(value) if whole else self._odd(f"{part}.{name}")

    def _quorum(self) -> Known[str] | Unknown:
        value = self._part("voting").get("quorum")
        if value is None:
            return self._known("0", "no quorum is set")
        plain = isinstance(value, int | float) and not isinstance(value, bool) and value >= 0
        return self._known(format(value, "f").rstrip("0").rstrip(".") or "0") if plain else self._odd("voting.quorum")

    def _name(self, part: str, unset: str) -> Known[str] | Unknown:
        if self._space.get(part) is None:
            return self._known(unset, f"{part} is not set")
        name = self._part(part).get("name")
        return self._known(_text(name)) if isinstance(name, str) else self._odd(part)

    def _privacy(self) -> Known[str] | Unknown:
        value = self._part("voting").get("privacy")
        if value in (None, ""):
            return self._known("public", "voting.privacy is not set")
        return self._known(value) if value in ("shutter", "any") else self._odd("voting.privacy")

    def _strategies(self, sells: Sells) -> tuple[SpaceStrategy, ...]:
        found = []
        for item in _items(self._space.get("strategies")):
            name = _text(item.get("name")) if isinstance(item, dict) else ""
            address = params_of(item).get("address")
            found.append(
                SpaceStrategy(
                    name=name or "not named",
                    network=_text(item.get("network")) if isinstance(item, dict) else "",
                    membership=class_in(item, sells).value,
                    address=address.lower() if isinstance(address, str) and _ADDRESS.match(address) else "",
                )
            )
        return tuple(found)

    def _membership(self, strategies: Sequence[SpaceStrategy], sells: Sells) -> Known[str] | Unknown:
        """Return the class of the weakest way to vote: by the weakest strategy, behind the vote validation."""
        counted = class_of_all(self._space.get("strategies"), sells)
        gate = gate_of(self._space.get("voteValidation"), sells)
        kind = gated(counted, gate)
        if kind is not MembershipKind.UNDETERMINED:
            named = ", ".join(sorted({one.name for one in strategies if one.membership == counted.value}))
            behind = "" if gate == "none" else f", behind the vote validation ({gate})"
            return self._known(kind.value, f"strategies: {named}{behind}")
        detail = "it names no strategy"
        if strategies:
            detail = "a strategy counts votes in a way that is not known"
        if strategies and counted is not MembershipKind.UNDETERMINED:
            detail = "whom its vote validation lets through is not known"
        return Unknown(reason=Reason.OFF_CHAIN, detail=detail, evidence=self._evidence)

    def _sybil_gate(self, membership: Known[str] | Unknown, sells: Sells) -> Known[str] | Unknown:
        kind = MembershipKind(membership.value) if isinstance(membership, Known) else MembershipKind.UNDETERMINED
        gate = gate_of(self._space.get("voteValidation"), sells)
        word = held_back(kind, gate, (one.name for one in self._strategies(sells)))
        if word == "unknown":
            detail = "what keeps one person from voting as many is not told by its settings"
            return Unknown(reason=Reason.OFF_CHAIN, detail=detail, evidence=self._evidence)
        return self._known(word)

    def _named_modules(self) -> tuple[str, ...]:
        """Return the modules that the plugin for Safes names (SafeSnap, oSnap), with the chain where it names one."""
        plugins = self._part("plugins").get("safeSnap")
        if not isinstance(plugins, dict):
            return ()
        found = set()
        for item in (plugins, *_items(plugins.get("safes"))):
            for key in ("realityAddress", "umaAddress", "address") if isinstance(item, dict) else ():
                address, network = item.get(key), str(item.get("network") or "")
                if isinstance(address, str) and _ADDRESS.match(address):
                    found.add((f"eip155:{network}:" if network.isdigit() else "") + address.lower())
        return tuple(sorted(found))

    def _addresses(self, name: str) -> tuple[str, ...]:
        items = _items(self._space.get(name))
        return tuple(sorted({one.lower() for one in items if isinstance(one, str) and _ADDRESS.match(one)}))

    def _treasuries(self) -> tuple[str, ...]:
        found = set()
        for item in _items(self._space.get("treasuries")):
            address = item.get("address") if isinstance(item, dict) else None
            network = item.get("network") if isinstance(item, dict) else None
            if isinstance(address, str) and _ADDRESS.match(address):
                chain = f"eip155:{network}:" if isinstance(network, str) and network.isdigit() else ""
                found.add(chain + address.lower())
        return tuple(sorted(found))

    def _in_scope(self, treasuries: Sequence[str], snapshot: Snapshot) -> Known[tuple[str, ...]] | Unknown:
        here = {one.address for one in snapshot.treasury.items} | {one.address for one in snapshot.contracts.items}
        chain = snapshot.target.chain_id
        met = tuple(one for one in treasuries if one.rpartition(":")[2] in here and _on(one, chain))
        return self._known(met, "accounts that the space names and this scan read")


def _on(account: str, chain: int) -> bool:
    return not account.startswith("eip155:") or account.startswith(f"eip155:{chain}:")


def _sells(snapshot: Snapshot) -> Sells:
    """Return what tells whether units may be had on a market: not where this scan knows that they cannot be sent."""
    held = {
        one.address
        for one in snapshot.tokens.items
        if isinstance(one.transferable, Known) and not one.transferable.value
    }

    def sells(item: Mapping[str, Any]) -> bool:
        address = params_of(item).get("address")
        here = str(item.get("network") or snapshot.target.chain_id) == str(snapshot.target.chain_id)
        return not (here and isinstance(address, str) and address.lower() in held)

    return sells


def _binding(snapshot: Snapshot, document: tuple[Evidence, ...], named: Sequence[str]) -> Known[bool] | Unknown:
    """Whether a module of a Safe in scope executes what this space votes: one that the space names, and a Safe enabled.

    A module that executes an oracle's answers may be asked about any vote: of which space, its settings do not say.
    """
    chain = snapshot.target.chain_id
    here = {one.rpartition(":")[2] for one in named if _on(one, chain)}
    for safe in snapshot.safes.items:
        for module in safe.modules.items:
            if module.address in here:
                words = f"the space names the module {module.address}, which a Safe has enabled"
                return Known(value=True, evidence=(*document, *safe.module_count.evidence), derivation=words)
    for safe in snapshot.safes.items:
        for oracle in safe.oracle_modules.items:
            detail = f"the module {oracle.address} executes an oracle's answers, and the space does not name it"
            return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=safe.module_count.evidence)
        if not safe.oracle_modules.complete:
            return Unknown(reason=Reason.UNRESOLVED, detail=safe.oracle_modules.reason, evidence=())
    if not snapshot.safes.complete:
        return Unknown(reason=Reason.UNRESOLVED, detail=snapshot.safes.reason)
    if here:
        detail = f"the space names the module {min(here)}, which no Safe in scope has enabled"
        return Unknown(reason=Reason.UNRESOLVED, detail=detail, evidence=document)
    evidence = tuple(item for safe in snapshot.safes.items for item in safe.module_count.evidence)
    words = "no module of a Safe in scope executes what is voted off chain: keys carry it out, or do not"
    return Known(value=False, evidence=evidence or document, derivation=words)


def _items(value: Any) -> list[Any]:
    return value[:MAX_ITEMS] if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value[:_MAX_TEXT] if isinstance(value, str) else ""
