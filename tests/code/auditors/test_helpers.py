"""What the helpers say about a real contract, asked by an analysis in the worker."""

from __future__ import annotations

import json
from typing import Any

import pytest

from scanner.cli.options import default_cache_dir
from scanner.model.observation import Known
from tests.code.auditors.support import CONTRACT, FILE, audited, line_of, write

ASK = '''
"""Writes down everything that the helpers say."""
import json
from scanner.code.helpers import Code

FACTS = {"functions": "text", "payments": "text", "calls": "text", "weights": "text", "slither": "names"}


def analyse(code: Code):
    yield code.fact("functions", json.dumps({f.name: [f.guard, f.open, f.condition] for f in code.functions}))
    yield code.fact("payments", json.dumps({
        p.function.name: [p.asset, p.how, p.open, p.recipient.text, p.amount.text, p.payer.text,
                          p.recipient.chosen_by_caller]
        for p in code.value_paths()}), *(p.node for p in code.value_paths()))
    yield code.fact("calls", json.dumps({
        c.function.name: [c.kind, c.open, list(c.target.parameters), list(c.data.parameters)]
        for c in code.tainted_calls()}))
    yield code.fact("weights", json.dumps({
        w.function.name: [w.time, w.read_from, list(w.depends_on.calls)] for w in code.vote_weights()}),
        *(node for w in code.vote_weights() for node in w.nodes), note="as read")
    assert code.function("drain()").open and code.function("nothing()") is None
    assert [f.name for f in code.open_functions] == [f.name for f in code.functions if f.open]
    yield code.fact("slither", tuple(sorted(v.name for v in code.contract.state_variables)))
'''


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = write(tmp_path_factory.mktemp("analyses"), ask=ASK)
    result = audited(default_cache_dir(), folder)
    assert result.gaps == ()
    return {fact.name: fact.value for fact in result.facts.facts.items}


def said(fact: object) -> dict[str, Any]:
    assert isinstance(fact, Known), fact
    return dict(json.loads(fact.value))


@pytest.mark.compiler
def test_functions_and_their_guards(told: dict[str, Any]) -> None:
    functions = said(told["functions"])
    assert set(functions) == {"pay", "drain", "sweep", "pull", "forward", "managed", "run", "castVote"}
    assert functions["pay"][:2] == ["caller", False]
    assert "owner" in functions["pay"][2]
    assert functions["drain"][:2] == ["none", True]
    assert functions["managed"][:2] == ["caller", False]
    assert functions["pull"][:2] == ["payment", True]


@pytest.mark.compiler
def test_value_paths(told: dict[str, Any]) -> None:
    paths = said(told["payments"])
    assert set(paths) == {"pay", "drain", "sweep", "pull"}
    assert paths["pay"][:4] == ["native", "transfer", False, "to"]
    assert paths["drain"][:4] == ["native", "transfer", True, "msg.sender"]
    assert paths["sweep"] == ["token", "transfer", True, "to", "amount", "", True]
    assert paths["pull"][:4] == ["token", "transferFrom", True, "address(this)"]
    assert paths["pull"][5:] == ["msg.sender", False]
    lines = {(piece.file, piece.first_line) for piece in told["payments"].evidence}
    assert (FILE, line_of("token.transfer(to, amount)")) in lines


@pytest.mark.compiler
def test_taint_from_calldata_to_the_target_of_a_call(told: dict[str, Any]) -> None:
    calls = said(told["calls"])
    assert calls["forward"] == ["low-level", True, ["target"], ["data"]]
    assert calls["managed"] == ["delegatecall", False, ["target"], ["data"]]
    assert "run" not in calls, "a stored target is chosen by whoever stored it"


@pytest.mark.compiler
def test_what_the_weight_of_a_vote_depends_on(told: dict[str, Any]) -> None:
    assert said(told["weights"]) == {"castVote": ["past-block", "getPastVotes", ["getPastVotes"]]}
    assert told["weights"].derivation == "as read"
    assert line_of("votes.getPastVotes(") in {piece.first_line for piece in told["weights"].evidence}


@pytest.mark.compiler
def test_slithers_own_objects_are_there(told: dict[str, Any]) -> None:
    assert told["slither"].value == ("forVotes", "owner", "snapshots", "targets", "token", "voted", "votes")
    (whole,) = told["slither"].evidence
    assert (whole.first_line, whole.address) == (line_of("contract Vault"), "0x" + "1".rjust(40, "0"))
    assert CONTRACT.splitlines()[whole.last_line - 1] == "}"
