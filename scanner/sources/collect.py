"""All providers together."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

from scanner.model.kinds import Verification
from scanner.model.observation import Reason
from scanner.sources.cache import SourceCache
from scanner.sources.etherscan import DEFAULT_URL as ETHERSCAN_URL
from scanner.sources.etherscan import FREE_PLAN, Etherscan
from scanner.sources.folder import Folder
from scanner.sources.http import HttpLimits
from scanner.sources.interface import Deployed, NoSource, SourceAnswer, SourceProvider, Sources, VerifiedSource
from scanner.sources.sourcify import Sourcify

AT_ONCE = 8

_WEIGHT = (
    Reason.EXPLORER_DOWN,
    Reason.OTHER_BYTECODE,
    Reason.LIMIT,
    Reason.UNDECODABLE,
    Reason.NOT_VERIFIED,
    Reason.NO_SOURCE_PROVIDER,
)
"""Of several reasons the first one here is given: that a provider was down is never reported as "not verified"."""


@dataclass(frozen=True)
class SourceOptions:
    """What the user configured. Empty means: not this provider."""

    folder: Path | None = None
    sourcify_url: str = field(default="", repr=False)
    etherscan_key: str = field(default="", repr=False)
    etherscan_url: str = field(default=ETHERSCAN_URL, repr=False)
    cache_dir: Path | None = None
    limits: HttpLimits = field(default_factory=HttpLimits)


def open_sources(options: SourceOptions) -> CollectedSources:
    """Return the configured providers: the user's own folder first, then the verifiers, strongest first.

    Raises UsageError for an address that is no URL or a folder that is none.
    """
    providers: list[SourceProvider] = []
    if options.folder is not None:
        providers.append(Folder(options.folder))
    if options.sourcify_url:
        providers.append(Sourcify(options.sourcify_url, options.limits))
    if options.etherscan_key:
        limits = replace(options.limits, spacing_seconds=max(options.limits.spacing_seconds, FREE_PLAN.spacing_seconds))
        providers.append(Etherscan(options.etherscan_key, options.etherscan_url, limits))
    cache = SourceCache(options.cache_dir) if options.cache_dir is not None else None
    return CollectedSources(tuple(providers), cache)


class CollectedSources(Sources):
    """Several providers, asked in order for each contract, for several contracts at once."""

    def __init__(self, providers: Sequence[SourceProvider], cache: SourceCache | None = None) -> None:
        self._providers = tuple(providers)
        self._cache = cache

    @property
    def requests(self) -> int:
        return sum(provider.requests for provider in self._providers)

    @property
    def refused_keys(self) -> tuple[str, ...]:
        """Names of the providers that refused the user's key."""
        return tuple(provider.name for provider in self._providers if getattr(provider, "key_refused", False))

    def close(self) -> None:
        for provider in self._providers:
            provider.close()

    def fetch_all(self, wanted: Sequence[Deployed]) -> dict[str, SourceAnswer]:
        distinct = {deployed.address: deployed for deployed in wanted}
        pool = ThreadPoolExecutor(max_workers=AT_ONCE, thread_name_prefix="sources")
        try:
            answers = list(pool.map(self._fetch, distinct.values()))
        except BaseException:
            # Ctrl-C: what waits is dropped, and what is under way fails at once as its connection closes.
            pool.shutdown(wait=False, cancel_futures=True)
            self.close()
            raise
        pool.shutdown()
        return dict(zip(distinct, answers, strict=True))

    def _fetch(self, deployed: Deployed) -> SourceAnswer:
        if deployed.runtime_code in {"", "0x"}:
            return NoSource(Reason.NO_CODE, "no code at this address")
        refusals: list[NoSource] = []
        for provider in self._providers:
            answer = self._ask(provider, deployed)
            if isinstance(answer, VerifiedSource):
                return _with_doubt(answer, refusals)
            refusals.append(answer)
        return _strongest(refusals)

    def _ask(self, provider: SourceProvider, deployed: Deployed) -> SourceAnswer:
        # The user's own files are read each time: they may have been edited.
        if self._cache is None or not provider.place:
            return provider.fetch(deployed)
        kept = self._cache.get(provider, deployed)
        if kept is not None:
            return kept
        answer = provider.fetch(deployed)
        if isinstance(answer, VerifiedSource):
            self._cache.put(provider, deployed, answer)
        return answer


def _strongest(refusals: Sequence[NoSource]) -> NoSource:
    if not refusals:
        return NoSource(Reason.NO_SOURCE_PROVIDER, "no source provider is configured")
    reason = min((refusal.reason for refusal in refusals), key=_WEIGHT.index)
    return NoSource(reason, "; ".join(refusal.detail for refusal in refusals))


def _with_doubt(answer: VerifiedSource, refusals: Sequence[NoSource]) -> VerifiedSource:
    """An uncompared source keeps the note that another verifier saw other bytecode."""
    doubts = [refusal.detail for refusal in refusals if refusal.reason is Reason.OTHER_BYTECODE]
    if answer.verification is not Verification.ASSERTED or not doubts:
        return answer
    return replace(answer, detail="; ".join([*filter(None, [answer.detail]), *doubts]))
