"""What the DAO's own accounts did with privacy systems, as logs of the whole chain tell: sums are left out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from scanner.chain.abi import address_topic, topic
from scanner.chain.interface import LogRead
from scanner.discovery.anonymity.settle import privacy_data
from scanner.discovery.battery import TRANSFER
from scanner.discovery.world import World
from scanner.model.evidence import Evidence, LogEvidence
from scanner.model.observation import Known, Reason, Unknown

ANNOUNCEMENT = topic("Announcement(uint256,address,address,bytes,bytes)")
"""ERC-5564; scheme, stealth address and caller are indexed."""

_ENDS = ("anon.mixer", "anon.shielded_pool", "anon.privacy_chain_bridge")
"""Categories of addresses at which a token's public trail ends."""

Logs = Known[tuple[LogEvidence, ...]] | Unknown


@dataclass(frozen=True)
class PrivacyUse:
    """Announcements by the DAO's accounts, and token transfers between them and labelled addresses."""

    announced: Logs
    moved: tuple[Logs, ...]

    def stealth_payments(self, account: str) -> Known[int] | Unknown:
        """Return how many stealth payments `account` announced."""
        return _count((self.announced,), account, (3,), "announcements with this caller")

    def privacy_transfers(self, account: str) -> Known[int] | Unknown:
        """Return how many transfers of tokens there were between `account` and labelled addresses."""
        return _count(self.moved, account, (1, 2), "transfers to or from labelled addresses")


def privacy_reads(world: World, accounts: Iterable[str]) -> list[LogRead]:
    """Return what has to be read to tell what `accounts` did; nothing where there are none."""
    ours = tuple(sorted(address_topic(one) for one in accounts))
    if not ours:
        return []
    labelled = tuple(
        sorted(
            address_topic(address)
            for (chain_id, address), (category, _) in privacy_data().addresses.items()
            if chain_id in (0, world.chain.chain_id) and category in _ENDS
        )
    )
    reads = [LogRead("", ((ANNOUNCEMENT,), (), (), ours))]
    if labelled:
        reads += [LogRead("", ((TRANSFER,), ours, labelled)), LogRead("", ((TRANSFER,), labelled, ours))]
    return reads


def privacy_use(answers: Sequence[Logs]) -> PrivacyUse:
    """Return what the answers to `privacy_reads` tell."""
    if not answers:
        nothing = Unknown(reason=Reason.UNRESOLVED, detail="no account that holds assets was found")
        return PrivacyUse(nothing, (nothing,))
    announced, *moved = answers
    return PrivacyUse(announced, tuple(moved) or (_nobody_labelled(announced),))


def _nobody_labelled(announced: Logs) -> Logs:
    """No address of this chain is labelled: there is nobody to have met, by that list."""
    if isinstance(announced, Unknown):
        return announced
    return Known(value=(), evidence=announced.evidence, derivation="no address of this chain is labelled")


def _count(sets: tuple[Logs, ...], account: str, places: tuple[int, ...], words: str) -> Known[int] | Unknown:
    wanted = address_topic(account)
    found: list[LogEvidence] = []
    evidence: list[Evidence] = []
    for logs in sets:
        if isinstance(logs, Unknown):
            return logs
        evidence.extend(logs.evidence)
        found += [log for log in logs.value if any(len(log.topics) > p and log.topics[p] == wanted for p in places)]
    unique = {(log.transaction_hash, log.log_index): log for log in found}
    return Known(value=len(unique), evidence=(*list(unique.values())[:8], *evidence), derivation=words)
