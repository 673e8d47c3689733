"""`daoscan proposal`: one proposal of a governor, or a draft of one, to read before a vote."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scanner.cli.code_options import CacheDir, OfflineCompilers, Solc, code_options
from scanner.cli.errors import reported
from scanner.cli.options import parse_target, parse_time
from scanner.cli.output import check_folder, write_all
from scanner.cli.progress import progress
from scanner.cli.scan import ETHERSCAN, SOURCIFY
from scanner.cli.shared import AllowIncomplete, FailOn, Lang, NamedTokens, RuleFolders, Verbose
from scanner.cli.simulate_options import Anvil, Simulate, simulate_options
from scanner.model.errors import UsageError
from scanner.model.outcome import Severity

if TYPE_CHECKING:
    from scanner.model.proposals import Proposal
    from scanner.model.snapshot import Snapshot

FORMATS = ("md", "json", "html")
LATEST = 10
"""Ids that are named where the one that was asked for is not there."""
_DECIMAL = re.compile(r"[0-9]{1,78}\Z")
_HEX = re.compile(r"0x[0-9a-fA-F]{1,64}\Z")


def proposal(
    governor: Annotated[str, typer.Argument(help="0x… of the governor, or eip155:CHAIN:0x…")],
    rpc_url: Annotated[
        str, typer.Option(envvar="DAOSCAN_RPC_URL", help="JSON-RPC address of a node", show_envvar=True)
    ],
    number: Annotated[
        str, typer.Argument(metavar="[ID]", help="id of the proposal, in digits or as 0x…; none for --draft")
    ] = "",
    draft: Annotated[
        Path | None,
        typer.Option(envvar="DAOSCAN_DRAFT", help="JSON or YAML file with a proposal that is not on chain yet"),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(envvar="DAOSCAN_PROPOSAL_OUT", help="folder for the results; none: standard output")
    ] = None,
    formats: Annotated[
        str, typer.Option("--format", envvar="DAOSCAN_PROPOSAL_FORMAT", help="md, json, html; several with --out")
    ] = "md",
    name: Annotated[str, typer.Option(envvar="DAOSCAN_NAME", help="name to show for the DAO")] = "",
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
    rules: RuleFolders = None,
    lang: Lang = "en",
    fail_on: FailOn = Severity.HIGH,
    allow_incomplete: AllowIncomplete = False,
    simulate: Simulate = False,
    anvil: Anvil = None,
    solc: Solc = None,
    cache_dir: CacheDir = None,
    cache: Annotated[bool, typer.Option(envvar="DAOSCAN_USE_CACHE", help="keep the node's answers")] = True,
    offline_compilers: OfflineCompilers = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="no progress")] = False,
    verbose: Verbose = 0,
) -> None:
    """Say what one proposal does, what would change, why it is flagged and what speaks for it; as Markdown to post."""
    with reported(verbose):
        from scanner import pipeline
        from scanner.cli.token_lists import read_tokens
        from scanner.judge.assess import exit_code
        from scanner.proposals.draft_file import read_draft
        from scanner.render.one_proposal import alone
        from scanner.sources.collect import SourceOptions

        wanted = _formats(formats, out)
        named, entry = parse_target(governor)
        if named is not None and chain_id is not None and named != chain_id:
            raise UsageError(f"the address names chain {named}, --chain-id names {chain_id}")
        if block is not None and at is not None:
            raise UsageError("--block and --at both name a block", hint="give one of them")
        if bool(number) == (draft is not None):
            raise UsageError("one proposal is needed", hint="give its id, or a file with --draft FILE; not both")
        asked = parse_id(number) if number else None
        read = read_draft(draft) if draft is not None else None
        tokens = read_tokens(token, chain_id if named is None else named)
        judged_by = pipeline.load_rules(rules or (), lang=lang)
        code = code_options(cache_dir, solc, None, offline=offline_compilers, seconds=60)
        if out is not None:
            check_folder(out)
        options = pipeline.ScanOptions(
            rpc_url=rpc_url,
            entry=entry,
            cache_dir=code.cache_dir,
            name=name,
            chain_id=chain_id if named is None else named,
            block=block,
            at=parse_time(at),
            sources=SourceOptions(
                folder=sources,
                sourcify_url=sourcify_url,
                etherscan_key=etherscan_key,
                etherscan_url=etherscan_url,
                cache_dir=code.cache_dir / "sources",
            ),
            code=code,
            tokens=tokens.addresses,
            token_lists=tokens.lists,
            use_cache=cache,
            simulate=simulate_options(
                simulate, anvil, code.cache_dir, offline=offline_compilers, only="" if asked is None else str(asked)
            ),
            draft=read,
        )
        with progress(quiet=quiet) as say:
            snapshot = pipeline.collect(options, say)
            item = find(snapshot, entry, asked)
            say("judging")
            seen, assessment = alone(snapshot, pipeline.evaluate(snapshot, judged_by), item)
            data = pipeline.dump_snapshot(snapshot)
            digest = hashlib.sha256(data).hexdigest()
            files = {
                f"proposal.{one}": pipeline.ONE_PROPOSAL[one](seen, assessment, digest, judged_by.t).encode()
                for one in wanted
            }
        if out is None:
            typer.echo(files[f"proposal.{wanted[0]}"], nl=False)
        else:
            for path in write_all(out, {"snapshot.json": data, **files}):
                typer.echo(f"wrote {path}", err=True)
        raise typer.Exit(exit_code(assessment, fail_on, allow_incomplete))


def parse_id(text: str) -> int:
    """Return a proposal's id from digits or hex. Raises UsageError."""
    if _DECIMAL.match(text) and int(text) < 1 << 256:
        return int(text)
    if _HEX.match(text):
        return int(text, 16)
    raise UsageError(f"not the id of a proposal: {text[:90]!r}", hint="give it in digits, or as 0x and hex digits")


def find(snapshot: Snapshot, governor: str, asked: int | None) -> Proposal:
    """Return the proposal with this id, the draft where there is none. Raises UsageError, naming the latest ids."""
    mine = [one for one in snapshot.proposals.items if one.governor == governor]
    for one in mine:
        if one.draft if asked is None else (one.id == str(asked) and not one.draft):
            return one
    if not any(one.address == governor for one in snapshot.governors.items):
        raise UsageError(
            f"{governor} is no governor that is known here",
            hint="give the governor's address; daoscan scan finds it from a timelock, a token or a Safe",
        )
    latest = [one.id for one in sorted(mine, key=lambda one: one.created_block, reverse=True)[:LATEST]]
    gap = "" if snapshot.proposals.complete else f"; not all could be read: {snapshot.proposals.reason}"
    raise UsageError(
        f"no proposal {asked} of {governor} at block {snapshot.blocks[0].number}{gap}",
        hint=f"its latest: {', '.join(latest)}" if latest else "none of its proposals was found",
    )


def _formats(text: str, out: Path | None) -> tuple[str, ...]:
    wanted = tuple(dict.fromkeys(part.strip() for part in text.split(",") if part.strip()))
    unknown = [part for part in wanted if part not in FORMATS]
    if unknown or not wanted:
        what = f"no such format: {', '.join(unknown) or 'none given'}"
        raise UsageError(what, hint=f"formats of daoscan proposal: {', '.join(FORMATS)}")
    if len(wanted) > 1 and out is None:
        raise UsageError("standard output takes one format", hint="name a folder with --out, or give one format")
    return wanted
