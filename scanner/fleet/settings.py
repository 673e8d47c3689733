"""What all scans of a run have in common. It travels to every worker as JSON; keys and addresses of nodes do not."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from pydantic import Field

import scanner
from scanner import pipeline
from scanner.brought import Brought, gather_lists
from scanner.code.interface import CodeOptions
from scanner.discovery.world import CrawlLimits
from scanner.judge.kit import KitOptions
from scanner.lists.store import ListFolder, default_folder
from scanner.model.outcome import Severity
from scanner.model.values import Int, Model
from scanner.sources.contents import Contents


class Settings(Model):
    """Of a run. Folders and files must be there on every worker; that they are the same is checked by digest."""

    rules: tuple[str, ...] = ()
    profile: str = ""
    disable: tuple[str, ...] = ()
    suppressions: str = ""
    policy: str = ""
    lists: tuple[str, ...] = ()
    imported_lists: bool = False
    sources: str = ""
    sourcify_url: str = ""
    etherscan_url: str = ""
    max_contracts: Int = 150
    max_transfers: Int = 2_000_000
    offline_compilers: bool = False
    fail_on: Severity = Severity.HIGH
    seconds: Int = Field(default=900, description="time limit of one DAO")
    megabytes: Int = Field(default=3072, description="limit of resident memory of one DAO")

    def loaded_rules(self, lang: str = "en") -> pipeline.Rules:
        """Return the rules of the run, worded in `lang`. Raises RuleError or UsageError."""
        kit = KitOptions(
            profile=self.profile,
            disable=self.disable,
            suppressions=Path(self.suppressions) if self.suppressions else None,
            policy=Path(self.policy) if self.policy else None,
        )
        return pipeline.load_rules([Path(one) for one in self.rules], kit, lang)

    def brought(self) -> Brought:
        """Return the lists of the run. Raises UsageError."""
        return Brought(lists=gather_lists(self.lists, ListFolder(default_folder()), imported=self.imported_lists))

    def limits(self) -> CrawlLimits:
        """Return where a crawl stops."""
        return CrawlLimits(max_contracts=self.max_contracts, max_transfers=self.max_transfers)

    def code(self, cache_dir: Path) -> CodeOptions:
        """Return how code is analysed."""
        return CodeOptions(cache_dir=cache_dir, offline=self.offline_compilers)

    def contents(self) -> Contents | None:
        """Return what lies in the folder of sources, None where none is named."""
        return Contents(Path(self.sources)) if self.sources else None

    def inputs(self, brought: Brought, contents: Contents | None, stated: str = "") -> str:
        """Return the digest of what goes into a snapshot beside chain and target; rules judge it later.

        `stated` is the digest of the target's manifest. Raises UsageError where the folder of sources is gone.
        """
        what = {
            "lists": sorted((one.name, one.sha256) for one in brought.lists),
            "limits": [self.max_contracts, self.max_transfers],
            "sources": [contents.digest() if contents else "", self.sourcify_url, self.etherscan_url],
            "offline_compilers": self.offline_compilers,
            "manifest": stated,
        }
        return hashlib.sha256(json.dumps(what).encode()).hexdigest()


def rules_digest(rules: pipeline.Rules) -> str:
    """Return the digest of everything that judges, this program's version among it."""
    kit = rules.kit
    parts = [scanner.__version__, *(f"{pack.name} {pack.digest}" for pack in rules.rulebook.packs)]
    parts += [rules.scenarios.digest]
    parts += [one.digest for one in (kit.profile, kit.suppressions, kit.policy) if one is not None]
    parts += [one.digest for one in kit.frameworks] + [one.id for one in kit.disabled]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
