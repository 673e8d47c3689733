"""All analyses of one contract, as a readable list; each fails alone."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

from scanner.code.analyses import (
    against,
    deciding,
    elsewhere,
    execution,
    functions,
    gates,
    membership,
    offices,
    pauses,
    privacy,
    proposing,
    restrictions,
    token,
    token_powers,
    upgrade,
    voting,
)
from scanner.code.analyses.interface import Unit
from scanner.code.analyses.program import Program
from scanner.model.blank import unknown_facts
from scanner.model.code import CodeFacts
from scanner.model.observation import Collection, Known, Reason, Unknown

ANALYSES: tuple[tuple[str, Callable[[Program], Any]], ...] = (
    ("selectors", functions.selectors),
    ("functions", functions.functions),
    ("fingerprints", privacy.fingerprints),
    ("vote_weight_time", voting.vote_weight_time),
    ("vote_changeable", voting.vote_changeable),
    ("ballot_secrecy", privacy.ballot_secrecy),
    ("proposal_power_time", proposing.proposal_power_time),
    ("limits_live_proposals", proposing.limits_live_proposals),
    ("cancels_below_threshold", proposing.cancels_below_threshold),
    ("execution_context", execution.execution_context),
    ("execution_by_count", deciding.execution_by_count),
    ("execution_waits", deciding.execution_waits),
    ("emergency_execution", execution.emergency_execution),
    ("arbitrary_delegatecall", execution.arbitrary_delegatecall),
    ("arbitrary_call", execution.arbitrary_call),
    ("selfdestruct_reachable", execution.selfdestruct_reachable),
    ("delegatecall_reachable", execution.delegatecall_reachable),
    ("mint_guard", token.mint_guard),
    ("transfer_restricted", restrictions.transfer_restricted),
    ("pause_guard", pauses.pause_guard),
    ("confiscation_guard", against.confiscation_guard),
    ("flash_mint", token.flash_mint),
    ("expulsion_guard", membership.expulsion_guard),
    ("exit_right", membership.exit_right),
    ("sybil_gate", membership.sybil_gate),
    ("identity_gate", membership.identity_gate),
    ("sanctions_gate", membership.sanctions_gate),
    ("gate_functions", gates.gate_functions),
    ("gate_switch_guard", gates.gate_switch_guard),
    ("admission_guard", gates.admission_guard),
    ("content_setter_guard", gates.content_setter_guard),
    ("message_board", privacy.message_board),
    ("upgrade_guard", upgrade.upgrade_guard),
    ("seizure_guard", token_powers.seizure_guard),
    ("freeze_guard", token_powers.freeze_guard),
    ("transfer_fee", token_powers.transfer_fee),
    ("fee_guard", token_powers.fee_guard),
    ("rebase_guard", token_powers.rebase_guard),
    ("asks", elsewhere.asks),
)
"""Every code fact and the analysis that states it; `detectors` is filled in by the Slither adapter."""


def analyse_source(unit: Unit) -> CodeFacts:
    """Return the code facts of one contract from its source. `detectors` stays empty and incomplete.

    An analysis that raises makes its own fact unknown (ANALYSIS_FAILED); nothing raised here reaches the caller.
    """
    facts: dict[str, Any] = unknown_facts(CodeFacts, Reason.ANALYSIS_NOT_RUN, "detectors were not run")
    # The collector would walk Slither's whole graph in the middle of an analysis.
    collecting = gc.isenabled()
    gc.disable()
    try:
        facts["analysed_from"] = Known(value="source", evidence=(unit.source_line(unit.contract),))
        program = Program(unit)
        for name, analysis in ANALYSES:
            facts[name] = _run(name, analysis, program)
        facts["functions"] = offices.with_powers(program, facts["functions"])
    finally:
        if collecting:
            gc.enable()
    return CodeFacts(**facts)


def _run(name: str, analysis: Callable[[Program], Any], program: Program) -> Any:
    try:
        return analysis(program)
    except Exception as error:
        # Whatever shape a stranger's code has, the other facts must still come out.
        detail = f"{name}: {type(error).__name__}"
        if name in ("functions", "fingerprints", "asks"):
            return Collection(items=(), complete=False, reason=f"{Reason.ANALYSIS_FAILED.value}: {detail}")
        return Unknown(reason=Reason.ANALYSIS_FAILED, detail=detail)
