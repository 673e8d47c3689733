"""Options about what a user brings along, and reading it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.model.errors import UsageError

if TYPE_CHECKING:
    from scanner.brought import Brought, OffChain
    from scanner.documents.fetch import DocumentOptions
    from scanner.manifest.manifest import Manifest

Lists = Annotated[
    list[str] | None,
    typer.Option(
        "--list",
        envvar="DAOSCAN_LIST",
        help="list of addresses: a file, or the name of an imported one; may be repeated",
    ),
]
ImportedLists = Annotated[
    bool, typer.Option(envvar="DAOSCAN_IMPORTED_LISTS", help="compare with every list of `daoscan lists import`")
]
Watch = Annotated[
    list[Path] | None,
    typer.Option(envvar="DAOSCAN_WATCH", help="watch list of your own: exact identifiers, one on each line"),
]
AccountabilityFile = Annotated[
    Path | None,
    typer.Option("--accountability", envvar="DAOSCAN_ACCOUNTABILITY", help="accountability.yaml of the operator"),
]
FetchDocuments = Annotated[
    bool, typer.Option(envvar="DAOSCAN_FETCH_DOCUMENTS", help="fetch the document behind daoURI and those it names")
]
DocumentHosts = Annotated[
    list[str] | None,
    typer.Option(
        "--document-host", envvar="DAOSCAN_DOCUMENT_HOST", help="host that documents may come from; repeat it"
    ),
]
DocumentSchemes = Annotated[
    list[str] | None,
    typer.Option("--document-scheme", envvar="DAOSCAN_DOCUMENT_SCHEME", help="https (default), http"),
]
IpfsGateway = Annotated[
    str, typer.Option(envvar="DAOSCAN_IPFS_GATEWAY", help="https address of a gateway for ipfs:// documents")
]


Prices = Annotated[
    list[str] | None,
    typer.Option(
        "--price", envvar="DAOSCAN_PRICE", help="TOKEN=AMOUNT CURRENCY or native=…: what votes cost; may be repeated"
    ),
]
SnapshotSpace = Annotated[
    str | None,
    typer.Option(envvar="DAOSCAN_SNAPSHOT_SPACE", help="space of Snapshot: a file with its settings, or its id"),
]
SnapshotHub = Annotated[
    str, typer.Option(envvar="DAOSCAN_SNAPSHOT_HUB", help="where a space is asked for that was named by its id")
]


def read_off_chain(prices: Sequence[str] | None, space: str | None, hub: str = "") -> OffChain:
    """Return the prices and the space that the user names; without a hub it must be a file. Raises UsageError."""
    from scanner.brought import OffChain
    from scanner.offchain.prices import read_prices
    from scanner.offchain.space import read_space

    found = None if space is None else read_space(space, hub=hub)
    return OffChain(read_prices(prices or ()), found)


def read_brought(
    named: Sequence[str] | None, watch: Sequence[Path] | None, accountability: Path | None, *, imported: bool
) -> Brought:
    """Return lists, watch lists and the operator's statement. Raises UsageError or RuleError."""
    from scanner.brought import Brought, gather_lists, read_watches
    from scanner.lists.match import editions_by_name
    from scanner.lists.store import ListFolder, default_folder
    from scanner.manifest.statement import read_statement

    found = gather_lists(named or (), ListFolder(default_folder()), imported=imported)
    editions_by_name(found)  # two lists of one name and day are an error now, not after the scan
    stated = read_statement(accountability) if accountability is not None else None
    return Brought(lists=found, watch=read_watches(watch or ()), statement=stated)


def read_manifest_of(text: str) -> Manifest | None:
    """Return the manifest that the user named instead of an address, or None. Raises UsageError or RuleError."""
    from scanner.manifest.manifest import is_manifest, read_manifest

    return read_manifest(Path(text)) if is_manifest(text) else None


def document_options(
    fetch: bool, hosts: Sequence[str] | None, schemes: Sequence[str] | None, gateway: str
) -> DocumentOptions:
    """Return what the user allows. Raises UsageError for options that contradict each other."""
    from urllib.parse import urlsplit

    from scanner.documents.fetch import SCHEMES, DocumentOptions

    allowed = tuple(schemes or ("https",))
    wrong = [one for one in allowed if one not in SCHEMES]
    if wrong:
        raise UsageError(f"no such scheme: {wrong[0][:40]!r}", hint=f"schemes: {', '.join(SCHEMES)}")
    if (hosts or schemes or gateway) and not fetch:
        raise UsageError("documents are fetched only with --fetch-documents", hint="add it, or leave the others out")
    if fetch and not hosts and not gateway:
        raise UsageError(
            "--fetch-documents names no host", hint="--document-host HOST for each host that documents may come from"
        )
    if gateway and (urlsplit(gateway).scheme not in allowed or not urlsplit(gateway).hostname):
        raise UsageError("the gateway is no https address", where="--ipfs-gateway", hint="give it as https://host")
    return DocumentOptions(fetch=fetch, hosts=tuple(hosts or ()), schemes=allowed, ipfs_gateway=gateway)
