"""Privacy features in code: known systems, note-commitment pools, message boards, secret ballots."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from eth_utils.crypto import keccak

from scanner.code.analyses.answers import known, lines, unsupported
from scanner.code.analyses.guards import all_clauses, effect_guard, strength
from scanner.code.analyses.program import Entry, Program, selector_of
from scanner.code.analyses.signatures import MIXER_CONSTANTS, Match, all_signatures, recognise
from scanner.code.analyses.summary import Effect
from scanner.code.analyses.values import CLEARED, DERIVED, PAID, RECOVERED, SENDER, ZERO, Label, asks_unset, flat
from scanner.code.analyses.voting import NO_VOTES, tallies, vote_entries
from scanner.model.code import Fingerprint
from scanner.model.kinds import Guard, Stage
from scanner.model.observation import BoolObs, Collection, StrObs

NOTE_POOL = "note-commitment pool"
NULLIFIERS = "nullifier set with proof"
FORWARDER = "forwarder of signed calls"
CONSTANTS = "Tornado constants"
ENCRYPTED = "encrypted types (FHE)"

_VERIFIES = re.compile(r"^(verify|validateProof)", re.I)
_PAYS = frozenset({"transfer", "safeTransfer", "safeTransferETH", "sendValue"})
_WORD_TYPES = ("bytes32", "uint256")
_WORD = re.compile(r"\b(?:0x[0-9a-fA-F]{64}|[1-9]\d{70,77})\b")
ONE: Label = ("const", "1")
_REVEAL = re.compile(r"reveal", re.I)
_TEXT_TYPES = ("string", "bytes")
_HOOKS = frozenset(
    selector_of(signature)
    for signature in (
        "onERC721Received(address,address,uint256,bytes)",
        "onERC1155Received(address,address,uint256,uint256,bytes)",
        "onERC1155BatchReceived(address,address,uint256[],uint256[],bytes)",
        "onERC721Received(address,uint256,bytes)",
        "tokenFallback(address,uint256,bytes)",
        "tokensReceived(address,address,address,uint256,bytes,bytes)",
        "tokensToSend(address,address,address,uint256,bytes,bytes)",
        "onTokenTransfer(address,uint256,bytes)",
        "onTransferReceived(address,address,uint256,bytes)",
        "onApprovalReceived(address,uint256,bytes)",
        "receiveApproval(address,uint256,address,bytes)",
    )
)
"""What tokens call when they come in (ERC-721, 1155, 223, 777, 677, 1363): the bytes are a note to that receipt."""

_ENCRYPTED = re.compile(r"\be(uint(4|8|16|32|64|128|160|256)|bool|address|bytes(64|128|256))\b")


def fingerprints(program: Program) -> Collection[Fingerprint]:
    """Return the privacy and gate systems recognised in the code, by category and system."""
    topics = _topics(program)
    called = _called(program)
    found = [
        _fingerprint(program, match, topics, called)
        for match in recognise(frozenset(program.selectors), frozenset(topics), frozenset(called))
    ]
    found += _constants(program)
    found += _pools(program)
    found += _relays(program)
    found += _encrypted(program)
    return Collection[Fingerprint](items=tuple(sorted(found, key=lambda f: (f.category, f.system))), complete=True)


def _topics(program: Program) -> dict[str, Any]:
    """Return the first topics of the events that the contract emits, with a node that emits each."""
    nodes = {e.name: e.node for entry in program.entries for e in entry.effects if e.kind == "event"}
    topics: dict[str, Any] = {}
    for event in program.contract.events:
        if event.name in nodes:
            topics["0x" + keccak(text=str(event.full_name)).hex()] = nodes[event.name]
    return topics


def _called(program: Program) -> dict[str, Any]:
    """Return the selectors of other contracts' functions that are called, with a node that calls each."""
    return {
        selector_of(e.signature): e.node
        for entry in program.entries
        for e in entry.effects
        if e.kind in ("call", "static") and e.signature
    }


def _fingerprint(program: Program, match: Match, topics: dict[str, Any], called: dict[str, Any]) -> Fingerprint:
    where = called if match.called else {**program.selectors, **topics}
    hashes = [s.hash for s in all_signatures() if s.system == match.system and s.text in match.matched]
    elements = [where[value] for value in hashes if value in where]
    return Fingerprint(
        category=match.category,
        system=match.system,
        stage=Stage.REACHABLE,
        matched=match.matched,
        evidence=lines(program, elements) or program.whole,
    )


def _constants(program: Program) -> list[Fingerprint]:
    """Recognise constants that only one kind of pool holds: present, whatever they are used for."""
    for element, text in _literals(program):
        for word in _WORD.findall(text):
            meaning = MIXER_CONSTANTS.get(int(word, 0))
            if meaning is not None:
                one = _semantic(program, "anon.mixer", system=CONSTANTS, matched=(meaning,), elements=[element])
                return [one.model_copy(update={"stage": Stage.PRESENT})]
    return []


def _literals(program: Program) -> Iterator[tuple[Any, str]]:
    """Yield constants and lines of code, as text, each with its element."""
    for variable in program.contract.state_variables:
        if variable.is_constant:
            yield variable, str(variable.expression)
    for function in program.contract.functions:
        for node in function.nodes:
            if node.expression is not None:
                yield node, str(node.expression)


def _encrypted(program: Program) -> list[Fingerprint]:
    """Recognise state of an encrypted type (euint64, ebool …), which only those read whom the code lets decrypt."""
    kept = [v for v in program.contract.state_variables if _ENCRYPTED.search(str(v.type))]
    if not kept:
        return []
    matched = tuple(sorted({f"{v.name}: {v.type}" for v in kept}))
    return [_semantic(program, "anon.encrypted_state", system=ENCRYPTED, matched=matched, elements=kept)]


def _semantic(
    program: Program, category: str, *, system: str, matched: tuple[str, ...], elements: list[Any]
) -> Fingerprint:
    """Return a system recognised by what the code does."""
    evidence = lines(program, elements)
    return Fingerprint(category=category, system=system, stage=Stage.REACHABLE, matched=matched, evidence=evidence)


def _pools(program: Program) -> list[Fingerprint]:
    """Recognise pools by what they do: a commitment goes in with value, a proof and a fresh nullifier bring it out."""
    spending = [entry for entry in program.changing if _spends_nullifier(entry) and _asks_verifier(entry)]
    paying = [entry for entry in spending if _pays_out(entry)]
    deposits = [entry for entry in program.changing if entry not in paying and _takes_commitment(entry)]
    joined = [entry for entry in paying if _takes_commitment(entry)]
    if joined and not deposits:
        matched = tuple(sorted({entry.signature for entry in joined}))
        functions = [entry.function for entry in joined]
        return [_semantic(program, "anon.shielded_pool", system=NOTE_POOL, matched=matched, elements=functions)]
    if paying and deposits:
        category = "anon.mixer" if any(_fixed_amount(entry) for entry in deposits) else "anon.shielded_pool"
        matched = tuple(sorted({entry.signature for entry in (*paying, *deposits)}))
        functions = [entry.function for entry in (*paying, *deposits)]
        return [_semantic(program, category, system=NOTE_POOL, matched=matched, elements=functions)]
    trees = _trees(program)
    secret = [entry for entry in spending if not _pays_out(entry) and (_names_nullifier(entry) or _in(entry, trees))]
    if secret:
        matched = tuple(sorted({entry.signature for entry in secret}))
        functions = [entry.function for entry in secret]
        return [_semantic(program, "anon.zk_membership", system=NULLIFIERS, matched=matched, elements=functions)]
    return []


def _relays(program: Program) -> list[Fingerprint]:
    """Recognise a forwarder: it calls whom its caller names, in the name of who signed, and hands that name on."""
    relays = [
        entry
        for entry in program.changing
        for signer in _signers(entry)
        if any(e.kind == "low-level" and _chosen(e.target) and signer in flat(e.all_inputs) for e in entry.effects)
    ]
    if not relays:
        return []
    matched = tuple(sorted({entry.signature for entry in relays}))
    functions = [entry.function for entry in relays]
    return [_semantic(program, "anon.relay", system=FORWARDER, matched=matched, elements=functions)]


def _signers(entry: Entry) -> frozenset[Label]:
    """Return the arguments that a signature must have been made by."""
    return frozenset(
        label
        for clause in entry.summary.exit_clauses
        if len(clause) == 1
        for atom in clause
        for one, other in ((atom.left, atom.right), (atom.right, atom.left))
        if atom.op == "==" and one == {RECOVERED} and len(other) == 1
        for label in other
        if label[0] == "arg"
    )


def _spent(entry: Entry) -> list[Effect]:
    """Return the marks that the function sets and that must not have been set: spent nullifiers."""
    return [effect for effect in entry.writes() if _is_mark(entry, effect) and _must_be_fresh(entry, effect)]


def _spends_nullifier(entry: Entry) -> bool:
    return bool(_spent(entry))


def _is_mark(entry: Entry, effect: Effect) -> bool:
    place = effect.place
    if place is None or effect.change != "=" or not place.keys or SENDER in place.keys:
        return False
    if effect.inputs[0] in CLEARED:
        return False
    return any(label[0] == "arg" and _is_word(entry, label) for label in place.keys)


def _is_word(entry: Entry, label: Label) -> bool:
    return label[1] < len(entry.types) and not entry.types[label[1]].startswith("address")


def _must_be_fresh(entry: Entry, effect: Effect) -> bool:
    for clause in all_clauses(entry, effect):
        if len(clause) == 1:
            (atom,) = clause
            if asks_unset(atom) and any(label[0] == "state" and label[1] == effect.name for label in atom.labels):
                return True
    return False


def _asks_verifier(entry: Entry) -> bool:
    return any(
        effect.kind in ("static", "call") and _VERIFIES.match(effect.name) and effect.target for effect in entry.effects
    )


def _pays_out(entry: Entry) -> bool:
    for effect in entry.effects:
        if effect.kind in ("send", "low-level") and effect.sent and _chosen(effect.target):
            return True
        if effect.kind == "call" and effect.name in _PAYS and effect.inputs and _chosen(effect.inputs[0]):
            return True
    return False


def _chosen(labels: frozenset[Label]) -> bool:
    return any(label[0] == "arg" for label in labels)


def _takes_commitment(entry: Entry) -> bool:
    """Whether value comes in together with a word that is stored under nobody's name."""
    paid = entry.payable or any(
        e.kind == "call" and "ransferFrom" in e.name and e.inputs[:1] == (frozenset({SENDER}),) for e in entry.effects
    )
    if not paid:
        return False
    return any(effect.change == "=" and _words(entry) & _put(effect) for effect in entry.writes())


def _words(entry: Entry) -> set[Label]:
    """Return the arguments that are words, or structures that may hold words."""
    return {("arg", index) for index, kind in enumerate(entry.types) if kind in _WORD_TYPES or "." in kind}


def _put(effect: Effect) -> frozenset[Label]:
    """Return what a write puts where under nobody's name."""
    if effect.place is None or SENDER in effect.place.keys:
        return frozenset()
    return effect.place.keys | flat(effect.inputs[0])


def _trees(program: Program) -> frozenset[str]:
    """Return the state that a function leads up from a word of its caller's, hash by hash: the roots of a tree."""
    found: set[str] = set()
    for entry in program.changing:
        for effect in entry.writes():
            value = flat(effect.inputs[0])
            grown = DERIVED in value or any(label[0] == "ext" for label in value)
            if effect.change == "=" and grown and _words(entry) & value and any(one[0] == "state" for one in value):
                found.add(effect.name)
    return frozenset(found)


def _in(entry: Entry, trees: frozenset[str]) -> bool:
    """Whether a function asks that a word of its caller's be the root of a tree of this contract."""
    return any(
        atom.op == "=="
        and _words(entry) & flat(atom.labels)
        and any(one[0] == "state" and one[1] in trees for one in atom.labels)
        for clause in entry.summary.exit_clauses
        for atom in clause
    )


def _fixed_amount(entry: Entry) -> bool:
    for clause in entry.summary.exit_clauses:
        if len(clause) == 1:
            (atom,) = clause
            if atom.op == "==" and PAID in atom.labels and ZERO not in (atom.left, atom.right):
                return not _chosen(flat(atom.labels))
    pulled = [e for e in entry.effects if e.kind == "call" and "ransferFrom" in e.name and len(e.inputs) >= 3]
    return bool(pulled) and not any(_chosen(flat(e.inputs[2])) for e in pulled)


def _names_nullifier(entry: Entry) -> bool:
    return any("nullif" in effect.name.lower() for effect in _spent(entry))


def message_board(program: Program) -> BoolObs:
    """Return whether anyone can publish text or bytes that only go into a log."""
    boards = [entry for entry in program.changing if _is_board(entry)]
    if boards:
        names = ", ".join(entry.signature for entry in boards)
        signed = all(_names_author(entry) for entry in boards)
        author = "" if signed else "; the log does not name who wrote"
        return known(program, True, [entry.function for entry in boards], f"by {names}{author}")
    systems = {
        match.system for match in recognise(frozenset(program.selectors), frozenset(_topics(program)), NOTHING_CALLED)
    }
    if "XMTP broadcasters" in systems:
        return known(program, True, (), "XMTP broadcaster")
    return known(program, False)


NOTHING_CALLED: frozenset[str] = frozenset()


def _is_board(entry: Entry) -> bool:
    if entry.is_fallback or entry.selector in _HOOKS or entry.selector in _other_meanings():
        return False
    texts = {("arg", index) for index, kind in enumerate(entry.types) if kind in _TEXT_TYPES}
    if not texts or any(effect.kind != "event" for effect in entry.effects):
        return False
    published = [effect for effect in entry.effects if texts & flat(effect.all_inputs)]
    if not published:
        return False
    return all(strength(effect_guard(entry, effect).guard) <= strength(Guard.PAYMENT) for effect in published)


def _names_author(entry: Entry) -> bool:
    return any(effect.kind == "event" and SENDER in flat(effect.all_inputs) for effect in entry.effects)


@cache
def _other_meanings() -> frozenset[str]:
    """Return selectors with a known meaning of their own: the stealth-address announcer has a board's shape."""
    return frozenset(
        s.hash for s in all_signatures() if s.kind == "function" and not s.category.startswith(("comms.", "content."))
    )


def ballot_secrecy(program: Program) -> StrObs:
    """Return how long a ballot stays secret: none, during-vote (revealed later) or permanent."""
    found = recognise(frozenset(program.selectors), frozenset(_topics(program)), frozenset(_called(program)))
    private = {match.system for match in found if match.category == "anon.private_vote"}
    hidden = [entry for entry in vote_entries(program) if _votes_by_proof(entry)]
    if hidden:
        return known(program, "permanent", [entry.function for entry in hidden], "a proof stands in for the voter")
    if any(system.startswith(("MACI", "Vocdoni")) for system in private):
        return known(program, "permanent", (), ", ".join(sorted(private)))
    reveals = [entry for entry in vote_entries(program) if _REVEAL.search(entry.name) and _opens_commitment(entry)]
    if reveals:
        return known(
            program, "during-vote", [entry.function for entry in reveals], "votes are committed, then revealed"
        )
    sealed = [entry for entry in program.changing if _opens_own(entry) and _counts_the_caller(entry)]
    if sealed:
        return known(program, "during-vote", [entry.function for entry in sealed], "what counts was sealed before")
    if private:
        return known(program, "during-vote", (), ", ".join(sorted(private)))
    votes = vote_entries(program)
    if not votes:
        return unsupported(program, NO_VOTES)
    return known(program, "none", [entry.function for entry in votes], "the vote names voter and choice")


def _votes_by_proof(entry: Entry) -> bool:
    if not _asks_verifier(entry) or not tallies(entry):
        return False
    return not any(SENDER in flat(effect.inputs[0]) for effect in tallies(entry))


def _opens_own(entry: Entry) -> bool:
    """Whether something computed from the arguments must equal what the caller put under the own name before."""
    return any(
        atom.op == "==" and _chosen(one) and DERIVED in one and any(_own(label) for label in other)
        for clause in entry.summary.exit_clauses
        for atom in clause
        for one, other in ((atom.left, atom.right), (atom.right, atom.left))
    )


def _counts_the_caller(entry: Entry) -> bool:
    """Whether a count goes up by one, or by what is kept for the caller: not by what the caller says."""
    return any(
        not _chosen(effect.inputs[0]) and (any(_own(label) for label in effect.inputs[0]) or ONE in effect.inputs[0])
        for effect in tallies(entry)
    )


def _own(label: Label) -> bool:
    return label[0] == "state" and SENDER in label[2]


def _opens_commitment(entry: Entry) -> bool:
    """Whether something computed from the arguments must equal what was stored before."""
    for clause in entry.summary.exit_clauses:
        for atom in clause:
            if (
                atom.op == "=="
                and _chosen(flat(atom.labels))
                and any(label[0] == "state" for label in flat(atom.labels))
            ):
                return True
    return False
