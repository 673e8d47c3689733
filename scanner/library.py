"""daoscan as a library: typed results, no terminal, no global state, nothing written but the cache.

from scanner import scan

found = scan("0x408ED6354d4973f66138C91495F2f2FCbd8724C3", "https://node.example/key")
for finding in found.findings:
    print(finding.rule_id, finding.title, finding.subject.label)
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from scanner import pipeline
from scanner.cli.options import default_cache_dir, parse_target
from scanner.judge.assess import exit_code
from scanner.model.errors import UsageError
from scanner.model.outcome import Assessment, Finding, Severity
from scanner.model.snapshot import Snapshot
from scanner.sources.collect import SourceOptions

SOURCIFY = "https://sourcify.dev/server"


@dataclass(frozen=True)
class Scan:
    """A DAO at one block: what was observed (`snapshot`) and what the rules say of it (`assessment`)."""

    snapshot: Snapshot
    assessment: Assessment

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Findings, worst first."""
        return self.assessment.findings

    @property
    def data(self) -> bytes:
        """The bytes of snapshot.json, from which everything can be made again."""
        return pipeline.dump_snapshot(self.snapshot)

    @property
    def sha256(self) -> str:
        """SHA-256 of `data`, 64 lower-case hex digits."""
        return hashlib.sha256(self.data).hexdigest()

    def exit_code(self, fail_on: Severity = Severity.HIGH, *, allow_incomplete: bool = False) -> int:
        """Return 1 for findings at or above `fail_on`, 3 when such a level stayed undecided, else 0."""
        return exit_code(self.assessment, fail_on, allow_incomplete)

    def report(self, form: str = "html") -> bytes:
        """Return a report file: html, json, sarif, md or csv. Raises KeyError for another form."""
        files = pipeline.render(self.data, self.snapshot, assessment=self.assessment, formats=[form])
        return files[f"report.{form}"]


@dataclass(frozen=True)
class Options:
    """What a scan may be told.

    `block` is a number, the finalized block where it is left out; `rules` are folders of further rule packs; `sources`
    says where verified source is looked up (Sourcify unless given); `progress` hears in words what is being done.
    """

    block: int | None = None
    name: str = ""
    rules: tuple[Path, ...] = ()
    sources: SourceOptions | None = None
    cache_dir: Path | None = None
    progress: Callable[[str], None] = lambda text: None


def scan(target: str, rpc_url: str, options: Options | None = None) -> Scan:
    """Scan one DAO and judge it; `target` is an address (0x…) or a CAIP-10 account id (eip155:1:0x…).

    Raises UsageError, RuleError or NodeError, each a DaoscanError with `what`, `where` and `hint`.
    """
    options = options or Options()
    chain_id, entry = parse_target(target)
    folder = options.cache_dir or default_cache_dir()
    judged_by = pipeline.load_rules(options.rules)
    wanted = pipeline.ScanOptions(
        rpc_url=rpc_url,
        entry=entry,
        cache_dir=folder,
        name=options.name,
        chain_id=chain_id,
        block=options.block,
        sources=options.sources or SourceOptions(sourcify_url=SOURCIFY, cache_dir=folder / "sources"),
    )
    return judge(pipeline.collect(wanted, options.progress), judged_by)


def load(snapshot: Path, *, rules: Sequence[Path] = ()) -> Scan:
    """Judge a saved snapshot.json by today's rules; no network. Raises UsageError for what is none, RuleError."""
    try:
        data = snapshot.read_bytes()
    except OSError as error:
        what = f"the snapshot cannot be read: {error.strerror}"
        raise UsageError(what, where=str(snapshot), hint="a scan writes it as snapshot.json") from error
    return judge(pipeline.load_snapshot(data, str(snapshot)), pipeline.load_rules(rules))


def judge(snapshot: Snapshot, rules: pipeline.Rules) -> Scan:
    """Return a snapshot with its judgement by rules that were loaded once (`scanner.pipeline.load_rules`)."""
    return Scan(snapshot, pipeline.evaluate(snapshot, rules))
