"""What a user brings along: lists, watch lists, a manifest, an accountability file, leave to fetch documents.

All of it is put into the snapshot after the chain was read, by pure steps that a saved snapshot can go through again;
only documents that the user lets daoscan fetch need a network.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from scanner.chain.aliases import Away
from scanner.discovery.world import Link
from scanner.documents.dao_document import with_documents
from scanner.documents.fetch import DocumentOptions, Fetcher
from scanner.lists.interface import AddressList
from scanner.lists.match import with_lists
from scanner.lists.read import Stated, read_list
from scanner.lists.store import ListFolder, choose
from scanner.lists.watch import WatchList, read_watch, with_watch
from scanner.manifest.apply import with_statement
from scanner.manifest.manifest import Manifest, ManifestTarget
from scanner.manifest.statement import Statement
from scanner.model.observation import Collection, Reason
from scanner.model.offchain import Price
from scanner.model.snapshot import Gap, InputDigest, Snapshot
from scanner.offchain.prices import with_prices
from scanner.offchain.space import SpaceDocument
from scanner.offchain.space_facts import with_space

Progress = Callable[[str], None]

_TREASURY = "treasury() of the manifest"
_NAMED = "named by the manifest"
_KINDS = {"governor": "governors", "token": "tokens", "timelock": "timelocks", "safe": "safes", "treasury": "treasury"}
"""Role of a target -> the collection of the snapshot that lacks it when it is on another chain."""


@dataclass(frozen=True)
class OffChain:
    """What the user says of markets and of votes off chain."""

    prices: tuple[Price, ...] = ()
    space: SpaceDocument | None = None

    def put_into(self, snapshot: Snapshot) -> Snapshot:
        """Return the snapshot with it; what was not given stays."""
        if self.space is not None:
            snapshot = with_space(snapshot, self.space)
        return with_prices(snapshot, self.prices)


@dataclass(frozen=True)
class Brought:
    """Everything that was given, read already."""

    lists: tuple[AddressList, ...] = ()
    watch: tuple[WatchList, ...] = ()
    manifest: Manifest | None = None
    statement: Statement | None = None
    documents: DocumentOptions = field(default_factory=DocumentOptions)
    off_chain: OffChain = OffChain()

    @property
    def stated(self) -> Statement | None:
        """The accountability file that was named, else that of the manifest."""
        return self.statement or (self.manifest.statement if self.manifest else None)


def gather_lists(named: Sequence[str], folder: ListFolder, *, imported: bool) -> tuple[AddressList, ...]:
    """Return the lists that `named` asks for (files, or names of imported ones) and, with `imported`, all kept ones.

    Raises UsageError for what is neither a file nor a name.
    """
    kept = folder.load() if imported or any(not Path(one).exists() for one in named) else ()
    found = list(kept) if imported else []
    for one in named:
        path = Path(one)
        found += [read_list(path, Stated())] if path.exists() else list(choose(kept, one))
    return tuple(dict.fromkeys(found))


def read_watches(paths: Sequence[Path]) -> tuple[WatchList, ...]:
    """Return the watch lists. Raises UsageError with file and line."""
    return tuple(read_watch(path) for path in paths)


def entry_of(brought: Brought, entry: str, chain_id: int) -> str:
    """Return the address to begin with: what was asked about, else the manifest's first here, governors first."""
    return entry or (brought.manifest.on_chain(chain_id)[0].address if brought.manifest else entry)


def declared_in(brought: Brought, chain_id: int) -> tuple[Link, ...]:
    """Return the manifest's other addresses on this chain, with what it says that they are."""
    if brought.manifest is None:
        return ()
    holding = ("treasury", "safe")
    return tuple(
        Link(one.address, _TREASURY if one.role in holding else _NAMED) for one in brought.manifest.on_chain(chain_id)
    )


def tokens_in(brought: Brought, chain_id: int) -> tuple[str, ...]:
    """Return the tokens that the manifest names on this chain: their balances are asked for though no log may tell."""
    if brought.manifest is None:
        return ()
    return tuple(one.address for one in brought.manifest.on_chain(chain_id) if one.role == "token")


def away_in(brought: Brought, chain_id: int) -> tuple[Away, ...]:
    """Return what the manifest names on every other chain."""
    named = brought.manifest.elsewhere(chain_id) if brought.manifest is not None else ()
    return tuple(Away(one.chain_id, one.address, one.role) for one in named)


def with_brought(snapshot: Snapshot, brought: Brought, progress: Progress) -> Snapshot:
    """Return a fresh snapshot with everything that was brought along."""
    fetcher = Fetcher(brought.documents)
    if brought.documents.fetch:
        progress("fetching documents")
    snapshot = with_documents(snapshot, fetcher)
    if brought.manifest is not None:
        snapshot = _with_manifest(snapshot, brought.manifest)
    if brought.stated is not None:
        snapshot = with_statement(snapshot, brought.stated)
    return brought.off_chain.put_into(with_watch(with_lists(snapshot, brought.lists), brought.watch))


def with_newer(snapshot: Snapshot, brought: Brought) -> Snapshot:
    """Return a saved snapshot with the lists, watch lists and statement given now; what was not given stays."""
    if brought.stated is not None:
        snapshot = with_statement(snapshot, brought.stated)
    if brought.lists:
        snapshot = with_lists(snapshot, brought.lists)
    if brought.watch:
        snapshot = with_watch(snapshot, brought.watch)
    return brought.off_chain.put_into(snapshot)


def _with_manifest(snapshot: Snapshot, manifest: Manifest) -> Snapshot:
    """Return the snapshot with the manifest's name and digest, and with what it names and this scan did not read."""
    elsewhere = manifest.elsewhere(snapshot.target.chain_id)
    gaps = [*snapshot.gaps, *(_gap(one) for one in elsewhere)]
    accounts = {one.address for one in snapshot.contracts.items}
    for one in manifest.on_chain(snapshot.target.chain_id):
        if one.address not in accounts:
            detail = f"{manifest.file} names it as {one.role}, and it has no code at the pinned block or was not read"
            gaps.append(Gap(subject=one.address, what="address of the manifest", reason=Reason.NO_CODE, detail=detail))
    if manifest.snapshot_space:
        detail = (
            f"the manifest names the Snapshot space {manifest.snapshot_space}: its votes and settings were not read"
        )
        gaps.append(Gap(subject=manifest.file, what="Snapshot space", reason=Reason.OFF_CHAIN, detail=detail))
    update: dict[str, object] = {
        "gaps": tuple(sorted(set(gaps), key=lambda gap: (gap.subject, gap.what, gap.detail))),
        "inputs": (*snapshot.inputs, InputDigest(name=f"manifest {manifest.file}", sha256=manifest.sha256)),
        "target": snapshot.target.model_copy(update={"name": snapshot.target.name or manifest.name}),
    }
    for role in sorted({one.role for one in elsewhere} & set(_KINDS)):
        collection: Collection[object] = getattr(snapshot, _KINDS[role])
        where = ", ".join(one.caip10 for one in elsewhere if one.role == role)
        reason = f"other chain: give --rpc-url for {where[:200]}"
        update[_KINDS[role]] = collection.model_copy(update={"complete": False, "reason": collection.reason or reason})
    return snapshot.model_copy(update=update)


def _gap(one: ManifestTarget) -> Gap:
    detail = f"other chain: give --rpc-url of a node of chain {one.chain_id}"
    return Gap(subject=one.caip10, what=f"{one.role} of the manifest", reason=Reason.NOT_READ, detail=detail)
