"""What rules can be about: each subject kind, its model and where its instances stand in a snapshot."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

from scanner.model.contracts import Contract, Governor, Safe, Timelock, Token
from scanner.model.controls import Control
from scanner.model.dao import Dao, Membership, TreasuryAccount
from scanner.model.observation import Collection
from scanner.model.outcome import Subject
from scanner.model.proposals import Proposal
from scanner.model.snapshot import Snapshot
from scanner.model.values import Model


def _one(item: Model) -> Collection[Model]:
    return Collection[Model](items=(item,), complete=True)


@dataclass(frozen=True)
class SubjectKind:
    """A kind of subject; `find` lists its instances, `identify` names one."""

    name: str
    model: type[Model]
    find: Callable[[Snapshot], Collection]  # type: ignore[type-arg]
    identify: Callable[[Snapshot, Model], Subject]


def _by_address(kind: str) -> Callable[[Snapshot, Model], Subject]:
    def identify(snapshot: Snapshot, item: Model) -> Subject:
        address: str = getattr(item, "address")
        return Subject(
            kind=kind,
            id=f"eip155:{getattr(item, 'chain_id')}:{address}",
            label=label_of(snapshot, address),
        )

    return identify


def label_of(snapshot: Snapshot, address: str) -> str:
    """Return the label of the contract at `address`, or the address where none is in scope."""
    for contract in snapshot.contracts.items:
        if contract.address == address:
            return contract.label
    return address


def _whole(kind: str) -> Callable[[Snapshot, Model], Subject]:
    def identify(snapshot: Snapshot, item: Model) -> Subject:
        return Subject(kind=kind, id=f"{snapshot.target.caip10}#{kind}", label=snapshot.target.name or "the DAO")

    return identify


def _digest(path: tuple[str, ...]) -> str:
    """Tell two paths between the same ends apart."""
    return hashlib.sha256("\0".join(path).encode()).hexdigest()[:8]


def _control(snapshot: Snapshot, item: Model) -> Subject:
    assert isinstance(item, Control)
    return Subject(
        kind="control",
        id=f"eip155:{snapshot.target.chain_id}:{item.contract}#{item.capability}:{item.actor}:{_digest(item.path)}",
        label=f"{item.actor_label} → {item.contract_label}",
    )


def _proposal(snapshot: Snapshot, item: Model) -> Subject:
    assert isinstance(item, Proposal)
    shown = item.id if len(item.id) <= 12 else f"{item.id[:6]}…{item.id[-4:]}"
    return Subject(
        kind="proposal",
        id=f"eip155:{snapshot.target.chain_id}:{item.governor}#proposal:{item.id}",
        label=f"Proposal {shown}",
    )


SUBJECT_KINDS: tuple[SubjectKind, ...] = (
    SubjectKind("dao", Dao, lambda s: _one(s.dao), _whole("dao")),
    SubjectKind("membership", Membership, lambda s: _one(s.membership), _whole("membership")),
    SubjectKind("governor", Governor, lambda s: s.governors, _by_address("governor")),
    SubjectKind("timelock", Timelock, lambda s: s.timelocks, _by_address("timelock")),
    SubjectKind("token", Token, lambda s: s.tokens, _by_address("token")),
    SubjectKind("safe", Safe, lambda s: s.safes, _by_address("safe")),
    SubjectKind("contract", Contract, lambda s: s.contracts, _by_address("contract")),
    SubjectKind("treasury", TreasuryAccount, lambda s: s.treasury, _by_address("treasury")),
    SubjectKind("control", Control, lambda s: s.controls, _control),
    SubjectKind("proposal", Proposal, lambda s: s.proposals, _proposal),
)
"""In a rule an instance goes by the name of its kind. Besides it a rule sees `dao` (the Dao facts, and as collections
`dao.governors`, `dao.timelocks`, `dao.tokens`, `dao.safes`, `dao.contracts`, `dao.treasuries`, `dao.controls`,
`dao.proposals`), `membership`, and, on governor, timelock, token, safe and treasury, `.contract`: the Contract at the
same address."""
