"""Privacy features stage by stage: present and reachable by code, configured by state, exercised by logs."""

from __future__ import annotations

import json
import re
from collections.abc import Collection as Several
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from scanner.chain.abi import selector, topic
from scanner.content import rules_dir
from scanner.discovery.account import Account, nonzero
from scanner.discovery.anonymity.gates import forwarder, forwarder_of, sanctions_gate
from scanner.discovery.anonymity.groups import group_ids
from scanner.discovery.world import World, only_a_target
from scanner.model.code import CodeFacts
from scanner.model.contracts import Anonymity
from scanner.model.evidence import Evidence, SourceEvidence
from scanner.model.kinds import Stage
from scanner.model.observation import Known, Reason, Unknown

CATEGORIES: Mapping[str, tuple[str, ...]] = {
    "mixer": ("anon.mixer",),
    "shielded_pool": ("anon.shielded_pool",),
    "stealth_address": ("anon.stealth",),
    "zk_membership": ("anon.zk_membership",),
    "private_voting": ("anon.private_vote",),
    "privacy_coin": ("anon.privacy_coin_wrap", "anon.privacy_chain_bridge"),
    "message_board": ("comms.onchain",),
    "relayer": ("anon.relay",),
    "encrypted_state": ("anon.encrypted_state",),
}
"""Feature of the model -> categories of the signature and address lists."""

_ORDER = tuple(Stage)
_HOME_MADE = frozenset({"mixer", "shielded_pool", "zk_membership", "private_voting", "encrypted_state"})
"""Features that are also recognised by what source does, and not only by the names of known systems."""

_POOLS = ("anon.mixer", "anon.shielded_pool")
_FUNCTION = re.compile(r"[A-Za-z_$][\w$]*\([\w,()\[\]]*\)")
_KEPT_UP = frozenset(
    selector(text)[2:]
    for text in ("changeOperator(address)", "updateVerifier(address)", "setTrustedForwarder(address)")
)
"""Functions of those systems by which they are looked after, and not used."""

_ANNOUNCEMENT = topic("Announcement(uint256,address,address,bytes,bytes)")


@dataclass(frozen=True)
class PrivacyData:
    """The lists that features are recognised by, from `rules/data`."""

    topics: Mapping[str, str]
    selectors: Mapping[str, frozenset[str]]
    """By category the selectors of its systems' functions, without 0x."""

    addresses: Mapping[tuple[int, str], tuple[str, str]]
    """By chain and address; chain 0 holds those that are the same on every chain (CREATE2)."""

    def label(self, chain_id: int, address: str) -> tuple[str, str] | None:
        """Return category and label of an address."""
        return self.addresses.get((chain_id, address)) or self.addresses.get((0, address))


@cache
def privacy_data() -> PrivacyData:
    """Return event topics by category (the strong ones) and labelled addresses, as the packaged lists have them."""
    folder = rules_dir() / "data"
    signatures = _rows(json.loads((folder / "signatures.json").read_text("utf-8")))
    known = _rows(json.loads((folder / "known_addresses.json").read_text("utf-8")))
    return PrivacyData(
        topics={
            row["hash"].lower(): row["category"]
            for row in signatures
            if row["kind"] == "event"
            and row["strength"] == "strong"
            and row["category"].startswith(("anon.", "comms."))
        },
        selectors=_selectors(signatures),
        addresses={(int(row["chain_id"]), row["address"].lower()): (row["category"], row["label"]) for row in known},
    )


def _selectors(signatures: list[dict[str, Any]]) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for row in signatures:
        if row["kind"] == "function":
            found.setdefault(row["category"], set()).add(row["hash"].lower()[2:])
    return {category: frozenset(hashes) for category, hashes in found.items()}


def _rows(document: Any) -> list[dict[str, Any]]:
    return document if isinstance(document, list) else list(document["entries"])


def privacy_topics() -> tuple[str, ...]:
    """Return the event topics that show use."""
    return tuple(sorted(privacy_data().topics))


def stages(world: World, account: Account, code: CodeFacts, *, executed: Mapping[str, Several[str]]) -> Anonymity:
    """Return the stage of every feature at one contract; `executed` are, by target, the selectors (without 0x) that
    executed proposals called.

    Code gives present or reachable. A contract that governance state points at has its features configured. A feature
    whose functions an executed proposal called is exercised, and so is what the DAO's own contract logged; a call of
    another function of that contract is none, and a stranger's pool that others use is not, however busy it is.
    """
    called = frozenset(executed.get(account.address, ()))
    labelled = privacy_data().label(world.chain.chain_id, account.address) is not None
    use = _Use(_counts(world, account), only_a_target(account), called, labelled)
    facts: dict[str, Any] = {name: _stage(world, account, code, name, use) for name in CATEGORIES}
    facts["screened_pool"] = _screened(code, use)
    facts["sanctions_gate"] = sanctions_gate(account, code, stranger=use.stranger)
    facts["forwarder"] = forwarder(world, account)
    if isinstance(account.logs, Unknown):
        facts["use_count"] = account.logs
    else:
        facts["use_count"] = Known(value=sum(use.counts.values()), evidence=account.logs.evidence)
    return Anonymity(**facts)


@dataclass(frozen=True)
class _Use:
    counts: Mapping[str, int]
    stranger: bool
    called: frozenset[str]
    """Selectors that executed proposals called here; an empty one for a plain payment."""

    labelled: bool
    """What is called is that system and nothing else."""

    def raise_stage(self, stage: Stage, categories: tuple[str, ...], own: frozenset[str]) -> Stage:
        """Return how far the feature goes once state and logs are looked at; `own` are its functions' selectors."""
        if stage is not Stage.REACHABLE:
            return stage
        if self.called and (self.labelled or self.called & own):
            return Stage.EXERCISED
        if self.stranger:
            return Stage.REACHABLE
        return Stage.EXERCISED if any(self.counts.get(one) for one in categories) else Stage.CONFIGURED


def _counts(world: World, account: Account) -> dict[str, int]:
    """Count the logs of use by category. Of what everybody shares only the DAO's own use counts: of a Semaphore
    contract its groups, of an announcer its calls, of a labelled pool nothing, since its logs do not say who came."""
    topics = privacy_data().topics
    groups = group_ids(world)
    shared = privacy_data().label(world.chain.chain_id, account.address) is not None
    counts: dict[str, int] = {}
    for log in account.logs.value if isinstance(account.logs, Known) else ():
        category = topics.get(log.topics[0]) if log.topics else None
        if category == "anon.zk_membership" and groups and (len(log.topics) < 2 or log.topics[1] not in groups):
            continue
        if log.topics and log.topics[0] == _ANNOUNCEMENT:
            if len(log.topics) != 4 or not _is_ours(world, "0x" + log.topics[3][-40:]):
                continue
        elif shared and category != "anon.zk_membership":
            continue
        if category:
            counts[category] = counts.get(category, 0) + 1
    return counts


def _is_ours(world: World, address: str) -> bool:
    account = world.get(address)
    return account is not None and account.has_code and not only_a_target(account)


def _screened(code: CodeFacts, use: _Use) -> Known[str] | Unknown:
    """A pool that asks for an approved set, or the register that publishes them. `latestRoot()` alone is neither."""
    pool = any(one.category in _POOLS for one in code.fingerprints.items)
    for found in code.fingerprints.items:
        if found.category == "anon.screening" and (pool or len(found.matched) > 1):
            stage = use.raise_stage(found.stage, ("anon.screening",), _own(code, ("anon.screening", *_POOLS)))
            words = f"{found.system}: {', '.join(found.matched[:4])}"
            return Known(value=stage.value, evidence=found.evidence or code.selectors.evidence, derivation=words)
    return _absent(code, "screened_pool")


def _stage(world: World, account: Account, code: CodeFacts, name: str, use: _Use) -> Known[str] | Unknown:
    categories = CATEGORIES[name]
    label = privacy_data().label(world.chain.chain_id, account.address)
    evidence: tuple[Evidence, ...] = ()
    stage = Stage.ABSENT
    words = ""
    for fingerprint in code.fingerprints.items:
        if fingerprint.category in categories and _higher(fingerprint.stage, stage):
            stage, evidence, words = (
                fingerprint.stage,
                fingerprint.evidence,
                f"{fingerprint.system}: {', '.join(fingerprint.matched[:4])}",
            )
    if name == "message_board" and isinstance(code.message_board, Known) and code.message_board.value:
        stage, evidence, words = Stage.REACHABLE, code.message_board.evidence, "anyone can publish into its logs"
    if name == "private_voting" and stage is Stage.ABSENT and _secret(code):
        stage, evidence, words = Stage.REACHABLE, code.ballot_secrecy.evidence, "the vote hides the choice"
    if label and label[0] in categories:
        stage, words = Stage.REACHABLE, f"labelled address: {label[1]}"
        evidence = evidence or account.code.evidence
    if name == "relayer":
        return _relayer(account, code, stage)
    if stage is Stage.ABSENT:
        return _absent(code, name, stranger=use.stranger)
    own = _own(code, categories) | (_boards(code) if name == "message_board" else frozenset())
    stage = use.raise_stage(stage, categories, own)
    if stage is Stage.EXERCISED:
        evidence += account.logs.evidence
    return Known(value=stage.value, evidence=evidence or account.code.evidence, derivation=words)


def _own(code: CodeFacts, categories: tuple[str, ...]) -> frozenset[str]:
    """Return the selectors by which a feature is used: of the known systems, and of what was recognised here."""
    listed = (privacy_data().selectors.get(category, frozenset()) for category in categories)
    matched = (text for found in code.fingerprints.items if found.category in categories for text in found.matched)
    own = {selector(text)[2:] for text in matched if _FUNCTION.fullmatch(text)}
    return frozenset(own.union(*listed)) - _KEPT_UP


def _boards(code: CodeFacts) -> frozenset[str]:
    """Return the selectors of the functions that publish into the log: those whose lines the fact rests on."""
    places = {_place(one) for one in code.message_board.evidence if isinstance(one, SourceEvidence)}
    return frozenset(
        function.selector[2:]
        for function in code.functions.items
        if any(isinstance(one, SourceEvidence) and _place(one) in places for one in function.evidence)
    )


def _place(line: SourceEvidence) -> tuple[str, int, int]:
    return line.file, line.first_line, line.last_line


def _secret(code: CodeFacts) -> bool:
    return isinstance(code.ballot_secrecy, Known) and code.ballot_secrecy.value in ("during-vote", "permanent")


def _relayer(account: Account, code: CodeFacts, stage: Stage) -> Known[str] | Unknown:
    """An ERC-2771 hook counts once a forwarder is set; the hook alone is in many honest code bases."""
    trusted = forwarder_of(account)
    if nonzero(trusted):
        return Known(value=Stage.CONFIGURED.value, evidence=trusted.evidence, derivation="a trusted forwarder is set")
    if isinstance(trusted, Known) or stage is not Stage.ABSENT:
        return Known(value=Stage.REACHABLE.value, evidence=trusted.evidence or account.code.evidence)
    return _absent(code, "relayer")


def _absent(code: CodeFacts, name: str, *, stranger: bool = False) -> Known[str] | Unknown:
    if not code.fingerprints.complete:
        return Unknown(reason=Reason.ANALYSIS_NOT_RUN, detail=code.fingerprints.reason or "the code was not analysed")
    if name == "message_board" and isinstance(code.message_board, Unknown):
        return code.message_board
    if name in _HOME_MADE and not stranger and _may_hide_one(code, name):
        detail = "no known system matched; a home-made one is told by its source, and there is none"
        return Unknown(reason=Reason.NOT_VERIFIED, detail=detail, evidence=code.selectors.evidence)
    return Known(value=Stage.ABSENT.value, evidence=code.selectors.evidence, derivation="no known system matched")


def _may_hide_one(code: CodeFacts, name: str) -> bool:
    """Whether runtime code alone leaves it open. What calls nothing asks no verifier and no coprocessor."""
    if not isinstance(code.analysed_from, Known) or code.analysed_from.value != "bytecode":
        return False
    if name == "private_voting":
        return isinstance(code.ballot_secrecy, Unknown) and code.ballot_secrecy.reason is Reason.NOT_VERIFIED
    return isinstance(code.sanctions_gate, Unknown)


def _higher(left: Stage, right: Stage) -> bool:
    return _ORDER.index(left) > _ORDER.index(right)


def stronger(observations: list[Known[str] | Unknown]) -> Known[str] | Unknown:
    """Return the highest stage among several; unknown when an unknown one could be higher than `exercised` is not."""
    best: Known[str] | None = None
    unknown: Unknown | None = None
    for observation in observations:
        if isinstance(observation, Unknown):
            unknown = unknown or observation
        elif best is None or _higher(Stage(observation.value), Stage(best.value)):
            best = observation
    if best is not None and (unknown is None or best.value in (Stage.CONFIGURED, Stage.EXERCISED)):
        return best
    return unknown or Unknown(reason=Reason.NOT_READ, detail="no contract was read")
