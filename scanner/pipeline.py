"""The whole job: target -> collect -> snapshot -> judge -> assess -> render."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from pydantic import ValidationError
from rich.console import Console

import scanner
from scanner.brought import Brought, away_in, declared_in, entry_of, tokens_in, with_brought
from scanner.chain.cache import FILE as CACHE_FILE
from scanner.chain.cache import Cache
from scanner.chain.node import ChainOptions, open_chain
from scanner.chain.transport import Patience
from scanner.code.analyse import analyse
from scanner.code.auditors.load import input_digests
from scanner.code.interface import CodeJob, CodeOptions, CodeResult
from scanner.content import rules_dir
from scanner.discovery.discover import Discovered, Found, Steps, describe, explore
from scanner.discovery.oracle import ask_oracle, oracle_of
from scanner.discovery.treasury.counterparties import build_counterparties
from scanner.discovery.world import CrawlLimits
from scanner.judge.assess import assess
from scanner.judge.engine import judge
from scanner.judge.kit import NOTHING, Kit, KitOptions, apply_kit, load_kit
from scanner.judge.locales import worded
from scanner.judge.rule import Rulebook
from scanner.judge.rules import RuleErrors, load_rulebook
from scanner.judge.scenarios import Scenarios, load_scenarios
from scanner.locale.load import ENGLISH, load_locale
from scanner.locale.locale import Locale
from scanner.model.errors import UsageError
from scanner.model.lists import Counterparty
from scanner.model.observation import Collection
from scanner.model.outcome import Assessment
from scanner.model.proposals import Proposal
from scanner.model.simulation import Simulation, not_simulated
from scanner.model.snapshot import InputDigest, RoundTrips, Snapshot, SourceBundle, Target
from scanner.printing import print_pdf
from scanner.proposals.activity import recent_voters
from scanner.proposals.build import build_proposals, last_proposals
from scanner.proposals.collect import collect as collect_proposals
from scanner.proposals.drafted import Draft, as_drafts, draft_links, drafts_of, with_pending, without_drafts
from scanner.proposals.simulate.simulate import Means, SimulateOptions, Subject, simulate
from scanner.render.csv_findings import render_csv
from scanner.render.edition import USUAL, Edition
from scanner.render.html import render_html
from scanner.render.lookup import look_up
from scanner.render.markdown import markdown
from scanner.render.one_proposal_markdown import proposal_markdown
from scanner.render.one_proposal_pages import proposal_html, proposal_json
from scanner.render.report_json import dump, report
from scanner.render.sarif import sarif_file
from scanner.render.terminal import print_summary
from scanner.sources.collect import SourceOptions, open_sources

Progress = Callable[[str], None]


@dataclass(frozen=True)
class ScanOptions:
    """What a scan needs to know. `entry` is the address asked about (with a manifest: empty); `also` are governors, and
    `tokens` are those whose balances are asked for whatever the logs tell.

    A `draft` is one of the governor `entry`.
    """

    rpc_url: str = field(repr=False)
    entry: str
    cache_dir: Path
    also: tuple[str, ...] = ()
    name: str = ""
    chain_id: int | None = None
    block: int | None = None
    at: int | None = None
    sources: SourceOptions = field(default_factory=SourceOptions, repr=False)
    code: CodeOptions | None = None
    brought: Brought = field(default_factory=Brought)
    limits: CrawlLimits = field(default_factory=CrawlLimits)
    tokens: tuple[str, ...] = ()
    token_lists: tuple[InputDigest, ...] = ()
    use_cache: bool = True
    simulate: SimulateOptions | None = None
    draft: Draft | None = None
    pace: Callable[[], None] | None = None


def collect(options: ScanOptions, progress: Progress) -> Snapshot:
    """Read everything about one DAO at one pinned block. Raises UsageError or NodeError."""
    sources = open_sources(options.sources)
    cache = Cache(options.cache_dir / CACHE_FILE, progress) if options.use_cache else None
    chain = open_chain(
        options.rpc_url,
        ChainOptions(
            block=options.block,
            at=options.at,
            expected_chain_id=options.chain_id,
            cache=cache,
            patience=Patience() if options.pace is None else Patience(pace=options.pace),
            notify=progress,
        ),
    )
    code = options.code or CodeOptions(cache_dir=options.cache_dir)

    def run(jobs: Sequence[CodeJob]) -> dict[str, CodeResult]:
        return analyse(jobs, code, progress)

    try:
        options = replace(options, entry=entry_of(options.brought, options.entry, chain.chain_id))
        declared = (*declared_in(options.brought, chain.chain_id), *draft_links(options.draft, options.entry))
        away = away_in(options.brought, chain.chain_id)
        steps = Steps(options.limits, progress, declared, tokens=_tokens(options, chain.chain_id), away=away)
        found = explore(chain, sources, (options.entry, *options.also), analyse=run, steps=steps)
        _refuse_without_code(found, options.entry)
        progress("reading proposals")
        drafts = drafts_of(found, options.draft, options.entry)
        data = with_pending(collect_proposals(found, drafts), drafts)
        proposals = as_drafts(build_proposals(found, data), drafts, options.draft, chain.block)
        past = without_drafts(data, drafts)
        described = describe(
            found,
            entry=options.entry,
            last_proposals=last_proposals(past),
            recent_voters=recent_voters(found, past),
        )
        simulations = not_simulated()
        if options.simulate is not None:
            entry = (options.entry, *options.also)
            subject = Subject(found, described, proposals, raw=data.raw, entry=entry, steps=steps)
            simulations = simulate(subject, Means(chain, run, progress), options.simulate)
        parties = ask_oracle(chain, build_counterparties(found, described, proposals))
        for name in sources.refused_keys:
            progress(f"warning: {name} refused the key")
        trips = RoundTrips(
            node_requests=chain.trips.requests,
            node_reads=chain.trips.reads,
            cached_reads=chain.trips.cached,
            explorer_requests=sources.requests,
        )
        snapshot = _snapshot(options, found, _Parts(described, proposals, simulations, parties, trips))
        return with_brought(snapshot, options.brought, progress)
    finally:
        chain.close()
        sources.close()
        if cache is not None:
            cache.close()


def _tokens(options: ScanOptions, chain_id: int) -> tuple[str, ...]:
    return tuple(sorted({*options.tokens, *tokens_in(options.brought, chain_id)}))


def _refuse_without_code(found: Found, entry: str) -> None:
    account = found.world.accounts.get(entry)  # the zero address is never looked at
    if account is not None and not account.is_eoa:
        return
    block = found.world.chain.block
    delegated = account is not None and account.is_delegated_eoa
    what = "a key with EIP-7702 delegated code" if delegated else "an account without code"
    raise UsageError(
        f"{entry} is {what} on chain {block.chain_id} at block {block.number}",
        hint="give the address of a governor, timelock, token or Safe, and check the chain and the block",
    )


@dataclass(frozen=True)
class _Parts:
    described: Discovered
    proposals: Collection[Proposal]
    simulations: Collection[Simulation]
    parties: Collection[Counterparty]
    trips: RoundTrips


def _snapshot(options: ScanOptions, found: Found, parts: _Parts) -> Snapshot:
    described = parts.described
    block = found.world.chain.block
    return Snapshot(
        tool_version=scanner.__version__,
        as_of=block.timestamp,
        target=Target(chain_id=block.chain_id, address=options.entry, name=options.name),
        blocks=(block,),
        inputs=(*(input_digests(options.code.analyses) if options.code else ()), *options.token_lists),
        dao=described.dao.model_copy(
            update={"counterparties": parts.parties, "sanctions_oracle": oracle_of(block.chain_id)}
        ),
        governors=described.governors,
        timelocks=described.timelocks,
        tokens=described.tokens,
        safes=described.safes,
        contracts=described.contracts,
        controls=described.controls,
        membership=described.membership,
        treasury=described.treasury,
        proposals=parts.proposals,
        simulations=parts.simulations,
        passages=described.passages,
        gaps=tuple(sorted(set(found.world.gaps), key=lambda gap: (gap.subject, gap.what, gap.detail))),
        sources=_bundles(found),
        round_trips=parts.trips,
    )


def _bundles(found: Found) -> tuple[SourceBundle, ...]:
    bundles = {
        (account.verified.bundle.source_id, account.verified.bundle.contract_name): account.verified.bundle
        for account in found.world.accounts.values()
        if account.verified is not None
    }
    return tuple(bundles[key] for key in sorted(bundles))


@dataclass(frozen=True)
class Rules:
    """What a snapshot is judged by."""

    rulebook: Rulebook
    scenarios: Scenarios
    kit: Kit = field(default_factory=Kit)
    t: Locale = field(default_factory=load_locale)


def load_rules(folders: Sequence[Path] = (), kit: KitOptions = NOTHING, lang: str = ENGLISH) -> Rules:
    """Load the built-in packs, those of `folders`, the scenarios and what the reader brings along, worded in `lang`.

    Raises RuleError for a bad file, UsageError for an option that names nothing.
    """
    every = [rules_dir(), *folders]
    rulebook, scenarios = load_rulebook(every), load_scenarios(rules_dir() / "scenarios")
    t = load_locale(lang)
    said = worded(rulebook, scenarios, [rules_dir() / "scenarios"], t)
    if said.errors:
        raise RuleErrors(said.errors)
    left, loaded = load_kit(kit, said.rulebook, said.scenarios, every)
    return Rules(left, said.scenarios, loaded, t)


def evaluate(snapshot: Snapshot, rules: Rules) -> Assessment:
    """Judge a snapshot. No network, no files."""
    judged = assess(snapshot, judge(snapshot, rules.rulebook), rules.rulebook, rules.scenarios, rules.t)
    return apply_kit(rules.kit, snapshot, judged)


def dump_snapshot(snapshot: Snapshot) -> bytes:
    """Return the snapshot as the bytes of its file."""
    return snapshot.model_dump_json(indent=1).encode() + b"\n"


def load_snapshot(data: bytes, where: str) -> Snapshot:
    """Read a snapshot file. Raises UsageError for what is none."""
    try:
        return Snapshot.model_validate_json(data)
    except ValidationError as error:
        raise UsageError(
            f"not a snapshot of this version: {_first_fault(error)}",
            where=where,
            hint="give a snapshot.json that `daoscan scan` of this version wrote",
        ) from error


def _first_fault(error: ValidationError) -> str:
    """Say what is wrong first, without repeating the file's content: it may be any file."""
    fault = error.errors(include_input=False, include_context=False, include_url=False)[0]
    place = ".".join(str(step) for step in fault["loc"])[:80]
    if fault["type"] == "json_invalid":
        return "the file is no JSON, or breaks off"
    said = "is missing" if fault["type"] == "missing" else "is not what it should be"
    return f"{place} {said}" if place else said


PDF = "pdf"
"""Printed from the page by an installed Chromium."""

RENDERERS: dict[str, Callable[[Snapshot, Assessment, str, Locale], str]] = {
    "html": render_html,
    "json": lambda snapshot, assessment, digest, _: dump(report(snapshot, assessment, digest)),
    "sarif": sarif_file,
    "md": markdown,
    "csv": lambda snapshot, assessment, digest, _: render_csv(snapshot, assessment, digest),
}
"""By format, the ending of the file's name; each is given snapshot, assessment, snapshot's SHA-256 and the words."""

ONE_PROPOSAL: dict[str, Callable[[Snapshot, Assessment, str, Locale], str]] = {
    "md": proposal_markdown,
    "json": proposal_json,
    "html": proposal_html,
}
"""By format, what shows the only proposal of a snapshot; each is given what those above are."""


def render(
    snapshot_bytes: bytes,
    snapshot: Snapshot,
    *,
    assessment: Assessment,
    formats: Sequence[str],
    edition: Edition = USUAL,
) -> dict[str, bytes]:
    """Return the report files asked for by name, in the language that was judged in: same input, same bytes."""
    t = load_locale(assessment.lang)
    assessment = assessment.model_copy(update={"handling": edition.handling or assessment.handling})
    digest = hashlib.sha256(snapshot_bytes).hexdigest()
    renderers: dict[str, Callable[[Snapshot, Assessment, str, Locale], str]] = {
        **RENDERERS,
        "sarif": partial(sarif_file, options=edition.sarif),
    }
    files: dict[str, bytes] = {}
    for name in formats:
        made = renderers["html" if name == PDF else name](snapshot, assessment, digest, t).encode()
        files[f"report.{name}"] = print_pdf(made, paper=edition.paper, as_of=snapshot.as_of) if name == PDF else made
    return files


def summarise(snapshot: Snapshot, assessment: Assessment, paths: Sequence[Path]) -> None:
    """Print a short summary to stderr."""
    lookup = look_up(snapshot, assessment, load_locale(assessment.lang))
    print_summary(Console(stderr=True, highlight=False, markup=False), lookup, paths)
