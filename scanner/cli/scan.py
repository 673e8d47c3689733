"""`daoscan scan`: one DAO, from an address to its report."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from scanner.cli.bringing import (
    AccountabilityFile,
    DocumentHosts,
    DocumentSchemes,
    FetchDocuments,
    ImportedLists,
    IpfsGateway,
    Lists,
    Prices,
    SnapshotHub,
    SnapshotSpace,
    Watch,
    document_options,
    read_brought,
    read_manifest_of,
    read_off_chain,
)
from scanner.cli.code_options import Analyses, AnalysisSeconds, CacheDir, OfflineCompilers, Solc, code_options
from scanner.cli.errors import reported
from scanner.cli.kit_options import (
    Disable,
    FrameworkNames,
    PolicyFile,
    ProfileName,
    SuppressionFile,
    chosen,
    kit_options,
)
from scanner.cli.options import parse_target, parse_time
from scanner.cli.output import check_folder, left_over, write_all
from scanner.cli.progress import progress
from scanner.cli.sarif_options import BaselineFile, RepositoryFolder, counted, sarif_options
from scanner.cli.shared import (
    AllowIncomplete,
    FailOn,
    Formats,
    HandlingLabel,
    Lang,
    NamedTokens,
    Paper,
    PaperSize,
    RuleFolders,
    Verbose,
)
from scanner.cli.simulate_options import Anvil, Simulate, simulate_options
from scanner.model.errors import UsageError
from scanner.model.outcome import Severity
from scanner.printing import find_browser

FORMATS = ("html", "json", "sarif", "md", "csv", "pdf")
SOURCIFY = "https://sourcify.dev/server"
ETHERSCAN = "https://api.etherscan.io/v2/api"


def scan(
    context: typer.Context,
    address: Annotated[
        str,
        typer.Argument(
            help="0x… of a governor, timelock, token or Safe, eip155:CHAIN:0x…, or a manifest: daos/NAME.yaml"
        ),
    ],
    rpc_url: Annotated[
        str, typer.Option(envvar="DAOSCAN_RPC_URL", help="JSON-RPC address of a node", show_envvar=True)
    ],
    out: Annotated[Path, typer.Option(envvar="DAOSCAN_OUT", help="folder for the results")] = Path("out"),
    name: Annotated[str, typer.Option(envvar="DAOSCAN_NAME", help="name to show for the DAO")] = "",
    governor: Annotated[
        list[str] | None, typer.Option(envvar="DAOSCAN_GOVERNOR", help="a governor that no link on chain leads to")
    ] = None,
    token: NamedTokens = None,
    chain_id: Annotated[int | None, typer.Option(envvar="DAOSCAN_CHAIN_ID", help="refuse any other chain")] = None,
    block: Annotated[
        int | None, typer.Option(envvar="DAOSCAN_BLOCK", min=0, help="block to pin; default: finalized")
    ] = None,
    at: Annotated[
        str | None, typer.Option(envvar="DAOSCAN_AT", help="pin the last block at or before this time")
    ] = None,
    sourcify_url: Annotated[
        str, typer.Option(envvar="DAOSCAN_SOURCIFY_URL", help="Sourcify v2 server; empty for none")
    ] = SOURCIFY,
    etherscan_key: Annotated[
        str,
        typer.Option(
            envvar="DAOSCAN_ETHERSCAN_KEY", help="Etherscan v2 key; better given by environment", show_default=False
        ),
    ] = "",
    etherscan_url: Annotated[
        str, typer.Option(envvar="DAOSCAN_ETHERSCAN_URL", help="Etherscan v2 address")
    ] = ETHERSCAN,
    sources: Annotated[
        Path | None, typer.Option(envvar="DAOSCAN_SOURCES", help="folder of standard-JSON inputs: CHAIN/ADDRESS.json")
    ] = None,
    lists: Lists = None,
    imported_lists: ImportedLists = True,
    watch: Watch = None,
    price: Prices = None,
    snapshot_space: SnapshotSpace = None,
    snapshot_hub: SnapshotHub = "https://hub.snapshot.org/graphql",
    accountability: AccountabilityFile = None,
    fetch_documents: FetchDocuments = False,
    document_hosts: DocumentHosts = None,
    document_schemes: DocumentSchemes = None,
    ipfs_gateway: IpfsGateway = "",
    rules: RuleFolders = None,
    profile: ProfileName = "",
    disable: Disable = None,
    suppressions: SuppressionFile = None,
    framework: FrameworkNames = None,
    policy: PolicyFile = None,
    formats: Formats = "html,json",
    lang: Lang = "en",
    repository: RepositoryFolder = None,
    baseline: BaselineFile = None,
    handling: HandlingLabel = None,
    paper: PaperSize = Paper.A4,
    fail_on: FailOn = Severity.HIGH,
    allow_incomplete: AllowIncomplete = False,
    analyses: Analyses = None,
    analysis_seconds: AnalysisSeconds = 60,
    solc: Solc = None,
    cache_dir: CacheDir = None,
    simulate: Simulate = False,
    anvil: Anvil = None,
    cache: Annotated[bool, typer.Option(envvar="DAOSCAN_USE_CACHE", help="keep the node's answers")] = True,
    offline_compilers: OfflineCompilers = False,
    max_contracts: Annotated[
        int, typer.Option(envvar="DAOSCAN_MAX_CONTRACTS", min=1, help="contracts after which the crawl stops")
    ] = 150,
    max_depth: Annotated[
        int, typer.Option(envvar="DAOSCAN_MAX_DEPTH", min=1, help="links that the crawl follows from the address")
    ] = 8,
    max_transfers: Annotated[
        int,
        typer.Option(envvar="DAOSCAN_MAX_TRANSFERS", min=0, help="a token with more is read without its holders"),
    ] = 2_000_000,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="no progress, no summary")] = False,
    verbose: Verbose = 0,
) -> None:
    """Scan one DAO and write its snapshot and its report in the formats asked for."""
    with reported(verbose):
        # imported here: help and wrong input need none of it, and web3 alone takes most of a second
        from scanner import pipeline
        from scanner.cli.token_lists import read_tokens
        from scanner.discovery.world import CrawlLimits
        from scanner.judge.assess import exit_code
        from scanner.render.edition import Edition
        from scanner.sources.collect import SourceOptions

        manifest = read_manifest_of(address)
        named, entry = parse_target(address) if manifest is None else (None, "")
        if named is not None and chain_id is not None and named != chain_id:
            raise UsageError(f"the address names chain {named}, --chain-id names {chain_id}")
        if block is not None and at is not None:
            raise UsageError("--block and --at both name a block", hint="give one of them")
        tokens = read_tokens(token, chain_id if named is None else named)
        kit = kit_options(profile, disable, suppressions, framework, policy)
        judged_by = pipeline.load_rules(rules or (), kit, lang)
        choice = chosen(context, judged_by.kit.profile)
        wanted = parse_formats(choice.formats)
        places = sarif_options(baseline, repository, Path(address) if manifest is not None else None)
        edition = Edition(places, handling, paper.value)
        code = code_options(cache_dir, solc, analyses, offline=offline_compilers, seconds=analysis_seconds)
        check_folder(out)
        folder = code.cache_dir
        options = pipeline.ScanOptions(
            rpc_url=rpc_url,
            entry=entry,
            cache_dir=folder,
            also=tuple(parse_target(one)[1] for one in governor or ()),
            name=name,
            chain_id=chain_id if named is None else named,
            block=block,
            at=parse_time(at),
            sources=SourceOptions(
                folder=sources,
                sourcify_url=sourcify_url,
                etherscan_key=etherscan_key,
                etherscan_url=etherscan_url,
                cache_dir=folder / "sources",
            ),
            code=code,
            brought=replace(
                read_brought(lists, watch, accountability, imported=imported_lists),
                manifest=manifest,
                off_chain=read_off_chain(price, snapshot_space, snapshot_hub),
                documents=document_options(fetch_documents, document_hosts, document_schemes, ipfs_gateway),
            ),
            limits=CrawlLimits(max_contracts=max_contracts, max_depth=max_depth, max_transfers=max_transfers),
            tokens=tokens.addresses,
            token_lists=tokens.lists,
            use_cache=cache,
            simulate=simulate_options(simulate, anvil, folder, offline=offline_compilers),
        )
        with progress(quiet=quiet) as say:
            snapshot = pipeline.collect(options, say)
            say("judging")
            assessment = pipeline.evaluate(snapshot, judged_by)
            data = pipeline.dump_snapshot(snapshot)
            reports = pipeline.render(data, snapshot, assessment=assessment, formats=wanted, edition=edition)
            kept = {"snapshot.json": data, **reports}
            for old in left_over(out, kept):
                say(f"warning: {old} in this folder is from an earlier run")
            paths = write_all(out, kept)
        if not quiet:
            pipeline.summarise(snapshot, assessment, paths)
        raise typer.Exit(exit_code(counted(assessment, places), choice.fail_on, allow_incomplete))


def parse_formats(text: str) -> tuple[str, ...]:
    """Return the formats that were asked for. Raises UsageError, also for PDF where no Chromium is installed."""
    wanted = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [part for part in wanted if part not in FORMATS]
    if unknown or not wanted:
        raise UsageError(
            f"no such format: {', '.join(unknown) or 'none given'}",
            hint=f"formats: {', '.join(FORMATS)}; several with commas between",
        )
    if "pdf" in wanted:
        find_browser()  # better said before a scan than after it
    return wanted
