"""Outcomes for the made-up DAO: all five, in every dimension, with the texts that rules give."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from scanner.model.evidence import Evidence
from scanner.model.kinds import Stage
from scanner.model.outcome import (
    Assessment,
    Condition,
    Confidence,
    Dimension,
    DimensionSummary,
    Finding,
    Outcome,
    Relation,
    Remediation,
    RuleSummary,
    RuleTexts,
    ScenarioAssessment,
    ScenarioLink,
    ScenarioSentence,
    ScenarioState,
    Severity,
    Status,
    Subject,
)
from tests.render import factory_dao as dao


@dataclass(frozen=True)
class Rule:
    id: str
    name: str
    title: str
    dimension: Dimension
    links: tuple[tuple[str, Relation], ...] = ()
    why: str = "Members who learn of a change after it took effect cannot act on it."
    legitimate_use: str = "Young DAOs keep such a right while the code settles, and give it up later."


RULES = (
    Rule(
        "CTL-006",
        "replaceable-code-by-key",
        "One key can replace the code of a contract that holds assets",
        Dimension.CONTROL,
        (("MS-12", Relation.ENABLES), ("MS-05", Relation.FACILITATES)),
        legitimate_use="A key that can repair a fault at once has stopped losses in several protocols.",
    ),
    Rule("CTL-003", "open-executor", "Anyone can execute what the timelock has let pass", Dimension.CONTROL),
    Rule("CTL-009", "single-guardian", "The guardian is one key", Dimension.CONTROL),
    Rule("CTL-001", "timelock-admin-outside-vote", "The timelock's admin stands outside the vote", Dimension.CONTROL),
    Rule("RSP-001", "voting-delay-too-short", "Voting opens before members can react", Dimension.RESPONSE_TIME),
    Rule("RSP-005", "no-late-quorum-extension", "A late swing does not prolong the vote", Dimension.RESPONSE_TIME),
    Rule(
        "CAP-004",
        "few-delegates-reach-quorum",
        "One delegate reaches the quorum alone",
        Dimension.CAPTURE,
        (("MS-12", Relation.FACILITATES),),
    ),
    Rule("CAP-001", "vote-weight-at-call-time", "Votes are weighed when they are cast", Dimension.CAPTURE),
    Rule(
        "TRE-002",
        "treasury-spender-single-key",
        "One key can spend the treasury",
        Dimension.TREASURY,
        (("MS-12", Relation.ENABLES), ("MS-13", Relation.FACILITATES)),
        why="Nobody else has to agree, and nobody is warned.",
    ),
    Rule("TOK-001", "minting-outside-vote", "Voting units can be created outside a vote", Dimension.TOKEN),
    Rule("TOK-003", "confiscation-outside-vote", "Voting units can be taken outside a vote", Dimension.TOKEN),
    Rule("PRO-006", "large-treasury-share", "A proposal moves a large share of the treasury", Dimension.PROPOSALS),
    Rule("PRO-011", "text-missing-or-obscured", "A proposal's text is missing or obscured", Dimension.PROPOSALS),
    Rule("COD-001", "unverified-source", "A contract has no verified source", Dimension.CODE),
    Rule("COD-005", "detector-high-impact", "Static analysis found a pattern of high impact", Dimension.CODE),
    Rule("LST-001", "listed-counterparty", "A direct counterparty stands on a list", Dimension.LISTED_EXPOSURE),
    Rule(
        "MEM-001",
        "unrestricted-membership",
        "Anyone can obtain voting power",
        Dimension.MEMBERSHIP,
        (("MS-09", Relation.ENABLES),),
        why="It says what passing a vote costs, and who can take part.",
        legitimate_use="This is the most common design of a DAO: everyone has an equal way in.",
    ),
    Rule("ANO-001", "mixer", "A mixer's code is in scope", Dimension.ANONYMITY),
    Rule("ACC-002", "no-dao-uri", "The DAO publishes no daoURI", Dimension.ACCOUNTABILITY),
)
_BY_ID = {rule.id: rule for rule in RULES}


def subject(kind: str, label: str, at: str = dao.GOVERNOR, suffix: str = "") -> Subject:
    return Subject(kind=kind, id=f"eip155:{dao.CHAIN}:{at}{suffix}", label=label)


def outcome(rule_id: str, about: Subject, status: Status, **facts: Any) -> Outcome:
    given: dict[str, Any] = {
        "severity": None,
        "stage": None,
        "at_least": False,
        "undecided_severity": None,
        "reason": "",
        "on_chain_gap": False,
        "message": "",
        "conditions": (),
        "evidence": (dao.CALL,),
        **facts,
    }
    return Outcome(rule_id=rule_id, subject=about, status=status, **given)


def fingerprint(rule_id: str, about: Subject) -> str:
    return sha256(f"{rule_id}\n{about.id}".encode()).hexdigest()


def finding(rule_id: str, about: Subject, message: str, evidence: Sequence[Evidence], **facts: Any) -> Finding:
    rule = _BY_ID[rule_id]
    given: dict[str, Any] = {
        "severity": None,
        "stage": None,
        "at_least": False,
        "confidence": Confidence.HIGH,
        "conditions": (),
        "evidence_class": "E1",
        "base_rate": "",
        "mitigations": (),
        **facts,
    }
    return Finding(
        rule_id=rule.id,
        rule_name=rule.name,
        title=rule.title,
        dimension=rule.dimension,
        subject=about,
        message=message,
        evidence=tuple(evidence),
        scenarios=tuple(ScenarioLink(id=each, relation=relation) for each, relation in rule.links),
        why=rule.why,
        legitimate_use=rule.legitimate_use,
        remediation=Remediation(effort="low", text="Hand the right to the timelock, or put a delay in front of it."),
        false_positives=("The key is a contract that was deployed after the pinned block.",),
        references=("https://docs.openzeppelin.com/contracts/5.x/governance", "EIP-1967"),
        fingerprint=fingerprint(rule_id, about),
        **given,
    )


VAULT = subject("contract", "Vault", dao.VAULT)
TREASURY = subject("treasury", "Vault", dao.VAULT)
GOVERNOR = subject("governor", "MeridianGovernor")
TIMELOCK = subject("timelock", "TimelockController", dao.TIMELOCK)
TOKEN = subject("token", "MeridianToken", dao.TOKEN)
MODULE = subject("contract", "Module", dao.MODULE)
PROPOSAL = subject("proposal", "Proposal 1", suffix="#proposal:1")
ODD_PROPOSAL = subject("proposal", "Proposal 3", suffix="#proposal:3")


def findings(file_sha256: str) -> tuple[Finding, ...]:
    delay = Condition(
        text="governor.voting_delay_seconds < 2 * DAY",
        result="true",
        values=(("governor.voting_delay_seconds", "86400"),),
    )
    return (
        finding(
            "TRE-002",
            TREASURY,
            f"The account {dao.DEPLOYER} can move everything in Vault by itself, without delay.",
            (dao.STORAGE, dao.source_lines(file_sha256), dao.PROVEN),
            severity=Severity.CRITICAL,
            mitigations=("RSP-004: an upgrade is announced in an event",),
        ),
        finding("CTL-006", VAULT, f"{dao.DEPLOYER} can replace Vault's code.", (dao.STORAGE,), severity=Severity.HIGH),
        finding("CTL-003", TIMELOCK, "EXECUTOR_ROLE is held by the zero address.", (dao.CALL,), severity=Severity.INFO),
        finding(
            "RSP-001",
            GOVERNOR,
            "Voting opens 86400 s after a proposal is made.",
            (dao.CALL, dao.HEADER),
            severity=Severity.HIGH,
            conditions=(delay,),
            at_least=True,
        ),
        finding("RSP-005", GOVERNOR, "lateQuorumVoteExtension is 0.", (dao.CALL,), severity=Severity.LOW),
        finding(
            "CAP-004",
            GOVERNOR,
            "1 delegate holds 11.9% of supply; the quorum is 4%.",
            (dao.LOGS,),
            severity=Severity.HIGH,
            evidence_class="E4",
            base_rate="In four large protocols the top 100 holders have over 80% of supply (ECB staff paper, 2026).",
        ),
        finding("TOK-001", TOKEN, f"{dao.MINTER} can mint MRD.", (dao.LOG, dao.ACCOUNT), severity=Severity.HIGH),
        finding("PRO-006", PROPOSAL, "It moves 41% of the treasury's USDC.", (dao.LOG,), severity=Severity.MEDIUM),
        finding("PRO-011", ODD_PROPOSAL, "The text holds bidirectional controls.", (dao.LOG,), severity=Severity.LOW),
        finding(
            "COD-001",
            MODULE,
            "Module has code and no source.",
            (dao.CODE,),
            severity=Severity.MEDIUM,
            confidence=Confidence.MEDIUM,
        ),
        finding(
            "LST-001",
            subject("dao", "Meridian DAO", suffix="#dao"),
            "A proposal's beneficiary was on example list until 2025-03-21.",
            (dao.LOG, dao.DOCUMENT),
            severity=Severity.INFO,
            evidence_class="E7",
        ),
        finding(
            "MEM-001",
            subject("membership", "Meridian DAO", suffix="#membership"),
            "Voting power is obtainable by anyone who buys MRD (class OPEN-MARKET).",
            (dao.LOGS,),
            stage=Stage.EXERCISED,
        ),
        finding(
            "ACC-002", subject("dao", "Meridian DAO", suffix="#dao"), "No daoURI().", (dao.CALL,), stage=Stage.PRESENT
        ),
    )


def outcomes(found: Sequence[Finding]) -> tuple[Outcome, ...]:
    seen = tuple(
        outcome(
            item.rule_id,
            item.subject,
            Status.FINDING,
            severity=item.severity,
            stage=item.stage,
            message=item.message,
            evidence=item.evidence,
            conditions=item.conditions,
        )
        for item in found
    )
    return (
        *seen,
        outcome("CAP-001", GOVERNOR, Status.PASS, message="Weight is read at a past block."),
        outcome("CTL-009", GOVERNOR, Status.NOT_APPLICABLE, reason="no guardian"),
        outcome(
            "CTL-001",
            TIMELOCK,
            Status.UNKNOWN,
            undecided_severity=Severity.CRITICAL,
            reason="timelock.admin_outside_vote: no-logs: role logs before block 19,000,000 were not served",
            on_chain_gap=True,
        ),
        outcome(
            "TOK-003",
            TOKEN,
            Status.UNKNOWN,
            undecided_severity=Severity.HIGH,
            reason="token.confiscator_kind: analysis-failed: the code analysis ran out of time",
            on_chain_gap=True,
        ),
        outcome("COD-005", MODULE, Status.ERROR, undecided_severity=Severity.HIGH, reason="division by zero"),
        outcome("ANO-001", MODULE, Status.UNKNOWN, reason="contract.anonymity.mixer: not-verified"),
        *(
            outcome("COD-005", subject("contract", label, at), Status.PASS, message="No detector of high impact fired.")
            for label, at in (("Vault", dao.VAULT), ("MeridianGovernor", dao.GOVERNOR))
        ),
    )


def dimensions(found: Sequence[Finding], judged: Sequence[Outcome]) -> tuple[DimensionSummary, ...]:
    return tuple(_dimension(dimension, found, judged) for dimension in Dimension)


def _dimension(dimension: Dimension, found: Sequence[Finding], judged: Sequence[Outcome]) -> DimensionSummary:
    mine = [item for item in found if item.dimension is dimension]
    about = [item for item in judged if _BY_ID[item.rule_id].dimension is dimension]
    graded = sorted((item for item in mine if item.severity), key=lambda item: -(item.severity or Severity.INFO).rank)
    undecided = [item.undecided_severity for item in about if item.undecided_severity]

    def count(status: Status) -> int:
        return sum(item.status is status for item in about)

    return DimensionSummary(
        dimension=dimension,
        descriptive=dimension.descriptive,
        worst=graded[0].severity if graded else None,
        worst_title=graded[0].title if graded else "",
        stages=tuple(f"{item.title}: {item.stage}" for item in mine if dimension.descriptive),
        findings=count(Status.FINDING),
        passes=count(Status.PASS),
        unknowns=count(Status.UNKNOWN),
        errors=count(Status.ERROR),
        not_applicable=count(Status.NOT_APPLICABLE),
        worst_undecided=max(undecided, key=lambda item: item.rank) if undecided else None,
    )


def sentence(item: Finding, relation: Relation) -> ScenarioSentence:
    return ScenarioSentence(
        rule_id=item.rule_id,
        subject=item.subject,
        status=Status.FINDING,
        relation=relation,
        text=item.message,
        fingerprint=item.fingerprint,
    )


_STATES = {
    "MS-02": (ScenarioState.NOT_ENABLED, "opaque-treasury", "Opaque treasury"),
    "MS-05": (ScenarioState.FACILITATED, "parallel-governance", "Governance with no accountable counterparty"),
    "MS-09": (ScenarioState.EXERCISED, "open-membership", "Unvetted open membership"),
    "MS-10": (ScenarioState.NOT_ENABLED, "closed-group", "Closed, covert group"),
    "MS-12": (ScenarioState.ENABLED, "capture", "Capture of the DAO or its treasury"),
    "MS-13": (ScenarioState.FACILITATED, "exclusion", "Exclusion or coercion of members by code"),
    "MS-14": (ScenarioState.NOT_ASSESSABLE, "planning", "Planning and instruction"),
    "MS-15": (ScenarioState.NOT_ASSESSABLE, "resilience", "Resilience after removal from platforms"),
    "MS-16": (ScenarioState.FACILITATED, "protective-use", "Protective use"),
}


def scenarios(found: Sequence[Finding]) -> tuple[ScenarioAssessment, ...]:
    limit = ScenarioSentence(
        rule_id="CAP-001",
        subject=GOVERNOR,
        status=Status.PASS,
        relation=Relation.MITIGATES,
        text="Weight is read at a past block: votes cannot be borrowed for one transaction.",
        fingerprint=fingerprint("CAP-001", GOVERNOR),
    )
    made = []
    for each, (state, name, title) in _STATES.items():
        carriers = tuple(sentence(item, link.relation) for item in found for link in item.scenarios if link.id == each)
        made.append(
            ScenarioAssessment(
                id=each,
                name=name,
                title=title,
                state=state,
                reason="Content of speech is out of scope." if each == "MS-14" else "Every necessary part was decided.",
                facilitators=carriers,
                limits=(limit,) if each in {"MS-12", "MS-16"} else (),
                would_change=("The vault's upgrade right moves to the timelock.",) if carriers else (),
                legitimate_use="Activist holders and ordinary takeovers use the same votes; guardians also centralise.",
                description=f"How the structure could be used for: {title.lower()}.",
            )
        )
    return tuple(made)


def assessment(file_sha256: str) -> Assessment:
    found = findings(file_sha256)
    judged = outcomes(found)
    return Assessment(
        outcomes=judged,
        findings=found,
        dimensions=dimensions(found, judged),
        scenarios=scenarios(found),
        rules=tuple(
            RuleSummary(id=rule.id, name=rule.name, title=rule.title, dimension=rule.dimension, pack="governance")
            for rule in RULES
        ),
        digests=(("rules/governance", "ab" * 32), ("rules/scenarios", "cd" * 32)),
        texts=tuple(texts(rule) for rule in RULES),
    )


def texts(rule: Rule) -> RuleTexts:
    return RuleTexts(
        id=rule.id,
        worst=None if rule.dimension.descriptive else Severity.HIGH,
        confidence=Confidence.HIGH,
        why=rule.why,
        legitimate_use=rule.legitimate_use,
        remediation=Remediation(effort="low", text="Give the right to the timelock."),
        false_positives=(),
        references=("https://docs.openzeppelin.com/contracts/5.x/governance",),
    )
