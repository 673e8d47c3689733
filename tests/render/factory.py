"""Snapshots and assessments to render: a realistic one, one with hostile text everywhere, and an empty one."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from typing import Any

from scanner.locale.load import load_locale
from scanner.model.blank import all_unknown
from scanner.model.dao import Dao, Membership
from scanner.model.kinds import ActorKind, Effect
from scanner.model.observation import Known, Reason
from scanner.model.outcome import Assessment, Dimension, DimensionSummary
from scanner.model.proposals import Action, Argument, Proposal
from scanner.model.snapshot import (
    Gap,
    InputDigest,
    PinnedBlock,
    RoundTrips,
    Snapshot,
    SourceBundle,
    SourceFile,
    Target,
)
from tests.render import factory_dao as dao
from tests.render import factory_judged as judged
from tests.render import factory_whole as whole_dao
from tests.render.factory_simulation import simulations

SNAPSHOT_SHA256 = "e3" * 32
ENGLISH = load_locale()
ARABIC = load_locale("ar")
FILE_SHA256 = "0x" + sha256(dao.SOURCE.encode()).hexdigest()


def action(index: int, target: tuple[str, str], called: str, effect: Effect, **facts: Any) -> Action:
    given: dict[str, Any] = {
        "inside": "",
        "chain": "",
        "function": dao.known(called),
        "value_wei": 0,
        "calldata": "0xa9059cbb" + "00" * 12 + dao.OWNER_A[2:] + f"{10**12:064x}",
        "selector": "0xa9059cbb",
        "decoded_by": "abi",
        "arguments": (
            Argument(name="to", type="address", value=dao.OWNER_A),
            Argument(name="amount", type="uint256", value=str(10**12)),
        ),
        "target_has_code": dao.known(True),
        "target_verified": dao.known(True),
        "target_in_scope": False,
        "delegatecall": dao.known(False),
        "beneficiary": dao.known(dao.OWNER_A),
        "beneficiary_kind": dao.known("eoa"),
        "treasury_share_bps": dao.known(4100),
        "unlimited_approval": dao.known(False),
        "lowers_protection": dao.known(False),
        "privacy_destination": dao.unknown(Reason.NOT_VERIFIED),
        **facts,
    }
    return all_unknown(
        Action,
        Reason.NOT_READ,
        "",
        index=index,
        target=target[0],
        target_label=target[1],
        effect=effect,
        **given,
    )


def proposal(number: int, description: str, state: str, *actions: Action, **facts: Any) -> Proposal:
    created = dao.TIME - abs(8 - number % 8) * 12 * 86400
    given: dict[str, Any] = {
        "created_at": dao.known(created),
        "state": dao.known(state),
        "eta": dao.known(0),
        "executed_at": dao.known(created + 10 * 86400 if state == "Executed" else 0),
        "for_votes": dao.known((900_000 - 61_000 * number) * 10**18),
        "against_votes": dao.known(120_000 * number * 10**18),
        "abstain_votes": dao.known(5_000 * 10**18),
        "voters": dao.known(40 + number),
        "top_voter_bps": dao.known(6200),
        "turnout_bps": dao.known(980),
        "quorum_votes": dao.known(400_000 * 10**18),
        "twin_of": dao.known(""),
        **facts,
    }
    return all_unknown(
        Proposal,
        Reason.NOT_READ,
        "",
        id=str(number),
        governor=dao.GOVERNOR,
        proposer=dao.OWNER_A,
        description=description,
        created_block=19_000_000 + number % 1000,
        vote_start=19_007_200 + number % 1000,
        vote_end=19_057_600 + number % 1000,
        action_count=len(actions),
        effect_count=len({item.effect for item in actions}),
        actions=actions,
        actions_read=dao.known(True),
        text_length=len(description),
        text_hidden_characters=False,
        evidence=(dao.LOG,),
        **given,
    )


def proposals() -> tuple[Proposal, ...]:
    usdc = (dao.address(30), "USD Coin")
    grant = action(0, usdc, "transfer(address,uint256)", Effect.VALUE_OUT)
    raw = action(
        1,
        (dao.MODULE, "Module"),
        "",
        Effect.UNDECODED,
        function=dao.unknown(Reason.NOT_VERIFIED),
        decoded_by="raw",
        arguments=(),
        beneficiary=dao.unknown(Reason.NOT_VERIFIED),
        value_wei=10**18,
    )
    return (
        proposal(1, "# Fund the audit\n\nPay the auditors in two parts.", "Executed", grant, raw),
        proposal(2, "Lower the quorum to 4%", "Defeated"),
        proposal(3, "Pay \u202etnuocca\u202c the account", "Active", grant),
        proposal(4, "", "Canceled", for_votes=dao.unknown(Reason.REVERTED), against_votes=dao.unknown(Reason.REVERTED)),
        proposal(
            2**255 + 7,
            "Renew the grants council",
            "Queued",
            eta=dao.known(dao.TIME + 86400),
            created_at=dao.known(dao.TIME - 12 * 86400),
            executed_at=dao.known(0),
            for_votes=dao.known(2**256 - 1),
            against_votes=dao.known(0),
        ),
    )


def snapshot(name: str = "Meridian DAO") -> Snapshot:
    return Snapshot(
        tool_version="0.1.0",
        as_of=dao.TIME,
        target=Target(chain_id=dao.CHAIN, address=dao.GOVERNOR, name=name),
        blocks=(
            PinnedBlock(
                chain_id=dao.CHAIN,
                number=dao.NUMBER,
                hash=dao.BLOCK_HASH,
                timestamp=dao.TIME,
                state_root="0x" + "57" * 32,
            ),
        ),
        inputs=(InputDigest(name="lists/example.csv", sha256="0x" + "1f" * 32),),
        dao=whole_dao.dao(),
        governors=dao.whole(dao.governor()),
        timelocks=dao.whole(dao.timelock()),
        tokens=dao.whole(dao.token()),
        safes=dao.whole(dao.safe()),
        contracts=dao.contracts(),
        controls=dao.controls(),
        membership=dao.membership(),
        treasury=dao.treasury(),
        proposals=dao.partial("logs before block 19,000,000 were not served", *proposals()),
        simulations=simulations(proposals()),
        gaps=(
            Gap(
                subject=dao.TIMELOCK, what="role logs", reason=Reason.NO_LOGS, detail="nothing before block 19,000,000"
            ),
            Gap(subject=dao.TOKEN, what="code analysis", reason=Reason.ANALYSIS_FAILED, detail="out of time (180 s)"),
        ),
        sources=(
            SourceBundle(
                source_id=dao.SOURCE_ID,
                contract_name="Vault",
                compiler="0.8.28",
                provider="sourcify",
                settings_json="{}",
                language="Solidity",
                files=(SourceFile(path="src/Vault.sol", content=dao.SOURCE),),
            ),
        ),
        round_trips=RoundTrips(node_requests=13, node_reads=412, cached_reads=88, explorer_requests=8),
    )


def assessment() -> Assessment:
    return judged.assessment(FILE_SHA256)


def empty_snapshot() -> Snapshot:
    """Nothing could be read: every fact is unknown and every collection incomplete."""
    nothing = dao.partial("the node stopped half-way")
    why = (Reason.NODE_ERROR, "the node stopped half-way")
    return snapshot("").model_copy(
        update={
            "dao": all_unknown(Dao, *why, chain_id=dao.CHAIN, address=dao.GOVERNOR, list_count=0),
            "membership": all_unknown(Membership, *why),
            **dict.fromkeys(
                ("governors", "timelocks", "tokens", "safes", "contracts", "controls", "treasury", "proposals"), nothing
            ),
            "sources": (),
            "inputs": (),
        }
    )


def empty_assessment() -> Assessment:
    """No rule ran."""
    return Assessment(
        outcomes=(),
        findings=(),
        dimensions=tuple(
            DimensionSummary(
                dimension=dimension,
                descriptive=dimension.descriptive,
                worst=None,
                worst_title="",
                stages=(),
                findings=0,
                passes=0,
                unknowns=0,
                errors=0,
                not_applicable=0,
                worst_undecided=None,
            )
            for dimension in Dimension
        ),
        scenarios=(),
        rules=(),
        digests=(),
    )


def only_votes() -> Snapshot:
    """The same DAO when only a vote can act, after a delay."""
    before = snapshot("Guarded DAO")
    votes = tuple(item for item in before.controls.items if item.actor_kind is ActorKind.TOKEN_VOTE)
    return before.model_copy(
        update={
            "controls": dao.whole(*votes),
            "dao": before.dao.model_copy(update={"effective_controller_kind": known_text("nobody")}),
        }
    )


FREE_TEXT = frozenset(
    {"actor_label", "base_rate", "compiler", "contract_label", "contract_name", "derivation", "description", "detail"}
    | {"entity", "false_positives", "file", "guarded_by", "label", "legitimate_use", "linked_from", "list_date"}
    | {"list_name", "message", "mitigations", "name", "pack", "path", "provider", "reason", "references", "signature"}
    | {"stages", "target_label", "text", "title", "type", "uri", "value", "values", "what", "why", "worst_title"}
    | {"would_change", "decoded_by"}
    | {"authority", "by", "cannot_see", "document", "grade", "note", "owner", "question", "says"}
)
"""Fields whose text a stranger may have written (or that quote such text)."""


def with_text(model: Any, text: Callable[[str], str]) -> Any:
    """Return `model` with every free text replaced: `text` is given the field's name."""
    return type(model).model_validate(_replaced(model.model_dump(), text, ""))


def _replaced(value: Any, text: Callable[[str], str], field: str) -> Any:
    if isinstance(value, dict):
        if value.get("status") == "unknown" and "detail" in value:
            return {**value, "detail": text("detail")}
        if {"subject", "what", "reason", "detail"} == set(value):
            return {**value, "subject": text("subject"), "what": text("what"), "detail": text("detail")}
        return {key: _replaced(item, text, key) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(_replaced(item, text, field) for item in value)
    if type(value) is str and field in FREE_TEXT and not value.startswith("0x"):
        return text(field)
    return value


def known_text(value: str) -> Known[str]:
    return Known[str](value=value, evidence=(dao.CALL,))
