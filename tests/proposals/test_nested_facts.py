"""What the rules see of calls inside calls, on this chain and on others."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from scanner.chain.abi import encode, encode_call
from scanner.chain.interface import CodeRead, Read
from scanner.content import rules_dir
from scanner.discovery.account import Account
from scanner.discovery.anonymity.use import PrivacyUse
from scanner.discovery.battery import PROPOSAL_CREATED
from scanner.discovery.control.holders import Resolver
from scanner.discovery.discover import Found
from scanner.discovery.families.oz_governor import OpenZeppelinGovernor
from scanner.discovery.families.told import PROPOSAL_TYPES
from scanner.discovery.parts import Parts
from scanner.discovery.treasury.holdings import Holdings
from scanner.discovery.world import TARGET_OF
from scanner.judge.engine import judge
from scanner.judge.lint import lint
from scanner.judge.rule import Rulebook
from scanner.model.kinds import Effect
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.outcome import Outcome, Severity, Status
from scanner.model.proposals import Proposal
from scanner.proposals.bridges import ARB_SYS
from scanner.proposals.build import build_proposals
from scanner.proposals.collect import collect
from tests.discovery.support import SilentChain, address, code, contract, log, world
from tests.render.factory import snapshot

_GOVERNOR, _TIMELOCK, _TOKEN, _KEY, _SAFE = (address(number) for number in range(1, 6))
_EMPTY, _STRANGER = address(6), address(7)
_GRANT = encode_call("grantRole(bytes32,address)", ("0x" + "00" * 32, _KEY))
_PAY = encode_call("transfer(address,uint256)", (_KEY, 40))
_NO_USE = PrivacyUse(Known(value=(), evidence=()), (Known(value=(), evidence=()),))
_RELAY = "relay(address,uint256,bytes)"
_ZERO, _HASH = "0x" + "00" * 20, "0x" + "00" * 32


class _Codes(SilentChain):
    """Answers what code there is; the rest was not asked for in these tests."""

    def read(self, reads: Sequence[Read]) -> tuple[Known[Any] | Unknown, ...]:
        return tuple(self._answer(read) for read in reads)

    def _answer(self, read: Read) -> Known[Any] | Unknown:
        if isinstance(read, CodeRead):
            return code(read.address, "0x6001" if read.address == _STRANGER else "0x")
        return Unknown(reason=Reason.NODE_ERROR, detail="not answered")


def _proposal(target: str, calldata: str, *, chain_id: int = 1) -> Proposal:
    row = (1, _KEY, [target], [0], [""], [calldata], 10, 20, "text")
    governor = contract(1, log(_GOVERNOR, (PROPOSAL_CREATED,), encode(PROPOSAL_TYPES, row)))
    made = world(governor, _called(2), _called(3), Account(_KEY, why=["x"], code=code(_KEY, "0x")), _called(5))
    chain = _Codes()
    chain.block = chain.block.model_copy(update={"chain_id": chain_id})
    made.chain = chain
    tokenless = Unknown(reason=Reason.NOT_SUPPORTED, detail="no token in this test")
    parts = Parts(governors={_GOVERNOR: OpenZeppelinGovernor(5)}, vote_tokens={_GOVERNOR: tokenless})
    held = {(_TOKEN, _SAFE): Known(value=100, evidence=())}
    found = Found(made, parts, {}, {}, Holdings(held, {}, True, ""), Resolver(made, parts), _NO_USE)
    (one,) = build_proposals(found, collect(found)).items
    return one


def _called(number: int) -> Account:
    made = contract(number)
    made.why = [f"{TARGET_OF} {_GOVERNOR}"]
    return made


@cache
def _rules() -> Rulebook:
    return lint([rules_dir()]).rulebook


def _outcome(proposal: Proposal, rule: str, *, state: str = "Active") -> Outcome:
    live = proposal.model_copy(update={"state": Known(value=state, evidence=())})
    given = snapshot().model_copy(update={"proposals": Collection(items=(live,), complete=True)})
    (outcome,) = (one for one in judge(given, _rules()) if one.rule_id == rule)
    return outcome


def test_a_role_for_a_key_is_found_behind_a_wrapper() -> None:
    bare, wrapped = _proposal(_TOKEN, _GRANT), _proposal(_SAFE, encode_call(_RELAY, (_TOKEN, 0, _GRANT)))
    assert [action.effect for action in wrapped.actions] == [Effect.INDIRECTION, Effect.ROLE]
    assert (wrapped.action_count, wrapped.effect_count) == (1, 1)
    for proposal in (bare, wrapped):
        found = _outcome(proposal, "PRO-004")
        assert found.status is Status.FINDING
        assert found.severity is Severity.HIGH


def test_a_share_is_of_what_the_payer_holds() -> None:
    proposal = _proposal(
        _SAFE, encode_call("execTransactionFromModule(address,uint256,bytes,uint8)", (_TOKEN, 0, _PAY, 0))
    )
    inner = proposal.actions[1]
    assert inner.treasury_share_bps == Known(value=4000, evidence=(), derivation="amount / holdings")
    assert isinstance(proposal.proposer_is_beneficiary, Known)
    assert proposal.proposer_is_beneficiary.value


def test_what_is_called_inside_is_looked_at() -> None:
    for target, there in ((_EMPTY, False), (_STRANGER, True)):
        inner = _proposal(_SAFE, encode_call(_RELAY, (target, 0, _GRANT))).actions[1]
        assert isinstance(inner.target_has_code, Known)
        assert inner.target_has_code.value is there
        assert not inner.target_in_scope
    empty = _proposal(_SAFE, encode_call(_RELAY, (_EMPTY, 0, _GRANT)))
    assert _outcome(empty, "PRO-001").severity is Severity.HIGH


def test_a_wrapper_that_was_opened_is_no_unread_call_and_one_that_was_not_is() -> None:
    opened = _proposal(_SAFE, encode_call(_RELAY, (_TOKEN, 0, _GRANT)))
    assert _outcome(opened, "PRO-015").status is Status.PASS
    for calldata in (encode_call(_RELAY, (_TOKEN, 0, "0xdeadbeef")), encode_call("multiSend(bytes)", ("0x00ff",))):
        assert _outcome(_proposal(_SAFE, calldata), "PRO-015").status is Status.FINDING


def test_a_delegatecall_inside_a_safe_transaction_is_one() -> None:
    module = "execTransactionFromModule(address,uint256,bytes,uint8)"
    for operation, expected in ((0, False), (1, True)):
        inner = _proposal(_SAFE, encode_call(module, (_TOKEN, 0, _PAY, operation))).actions[1]
        assert isinstance(inner.delegatecall, Known)
        assert inner.delegatecall.value is expected


def test_a_target_on_a_named_chain_is_unknown_and_no_gap_of_this_scan() -> None:
    message = encode_call("sendTxToL1(address,bytes)", (_EMPTY, _GRANT))
    proposal = _proposal(ARB_SYS, message, chain_id=42161)
    inner = proposal.actions[1]
    assert (inner.chain, inner.effect, inner.target_in_scope) == ("Ethereum", Effect.ROLE, False)
    assert inner.target_label.endswith("on Ethereum")
    facts = (inner.target_has_code, inner.target_verified, inner.beneficiary_kind, inner.privacy_destination)
    assert all(isinstance(fact, Unknown) and fact.reason is Reason.OFF_CHAIN for fact in facts)
    assert inner.beneficiary == Known(value=_KEY, evidence=())
    outer = proposal.actions[0].model_copy(update={"target_has_code": Known(value=True, evidence=())})
    sound = proposal.model_copy(update={"actions": (outer, inner)})
    for rule in ("PRO-001", "PRO-004"):
        found = _outcome(sound, rule)
        assert found.status is Status.UNKNOWN
        assert not found.on_chain_gap


def test_tokens_that_go_with_a_message_are_a_share_of_the_treasury() -> None:
    word = "0x" + "00" * 12 + _KEY[2:]
    message = encode_call(
        "ccipSend(uint64,(bytes,bytes,(address,uint256)[],address,bytes))",
        (15971525489660198786, (word, _GRANT, [(_TOKEN, 40)], _ZERO, "0x")),
    )
    module = "execTransactionFromModule(address,uint256,bytes,uint8)"
    actions = _proposal(_SAFE, encode_call(module, (_STRANGER, 0, message, 0))).actions
    assert [(action.effect, action.chain) for action in actions] == [
        (Effect.INDIRECTION, ""),
        (Effect.INDIRECTION, ""),
        (Effect.VALUE_OUT, ""),
        (Effect.VALUE_OUT, "Base"),
        (Effect.ROLE, "Base"),
    ]
    share = actions[2].treasury_share_bps
    assert isinstance(share, Known)
    assert share.value == 4000


def test_a_message_that_cannot_be_read_is_a_raw_call_on_its_chain() -> None:
    signature = "send((uint32,bytes32,bytes,bytes,bool),address)"
    word = "0x" + "00" * 12 + _KEY[2:]
    proposal = _proposal(_STRANGER, encode_call(signature, ((30110, word, "0x" + "fe" * 40, "0x", False), _KEY)))
    inner = proposal.actions[1]
    assert (inner.chain, inner.decoded_by, inner.effect) == ("Arbitrum One", "raw", Effect.UNDECODED)
    assert _outcome(proposal, "PRO-015").status is Status.FINDING


def test_a_proposal_that_is_a_contract_is_an_indirection() -> None:
    for name in ("execute()", "executeProposal()"):
        inner = _proposal(
            _SAFE, encode_call("plot(address,bytes32,bytes,uint256)", (_STRANGER, _HASH, encode_call(name), 9))
        )
        assert isinstance(inner.actions[1].delegatecall, Known)
        assert (inner.actions[1].effect, inner.actions[1].delegatecall.value) == (Effect.INDIRECTION, True)


def test_where_an_unknown_bridge_leads_is_a_gap() -> None:
    inner = _proposal(_SAFE, encode_call("sendMessage(address,bytes,uint32)", (_EMPTY, _GRANT, 1))).actions[1]
    assert inner.chain == "another chain"
    assert isinstance(inner.target_has_code, Unknown)
    assert inner.target_has_code.reason is Reason.UNRESOLVED
    assert inner.target_has_code.reason.on_chain


def test_a_snapshot_grows_with_the_calls_and_not_with_their_square() -> None:
    call = f"00{_TOKEN[2:]}{0:064x}{len(_PAY) // 2 - 1:064x}{_PAY[2:]}"
    sizes = [
        len(_proposal(_SAFE, encode_call("multiSend(bytes)", ("0x" + call * count,))).model_dump_json())
        for count in (50, 400)
    ]
    assert sizes[1] < 10 * sizes[0]


def test_evidence_of_a_call_is_that_of_its_proposal() -> None:
    proposal = _proposal(_SAFE, encode_call(_RELAY, (_TOKEN, 0, _GRANT)))
    assert set(proposal.evidence) <= set(_outcome(proposal, "PRO-004").evidence)
