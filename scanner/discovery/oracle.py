"""The sanctions oracle of a chain, asked for every direct counterparty at the pinned block.

The Chainalysis SanctionsList contract answers `isSanctioned(address)`. It is a vendor's statement without a name, a
reason or a date; the addresses are those of the labelled list in `rules/data` and of the source that it gives.
"""

from __future__ import annotations

from scanner.chain.abi import encode_call
from scanner.chain.interface import CallRead, Chain, CodeRead
from scanner.model.lists import Counterparty
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.values import changed

SIGNATURE = "isSanctioned(address)"
_SHARED = "0x40c57923924b5c5c5455c48d93317139addac8fb"
ORACLES: dict[int, str] = {
    1: _SHARED,
    10: _SHARED,
    56: _SHARED,
    137: _SHARED,
    250: _SHARED,
    8453: "0x3a91a31cb3dc49b4db9ce721f50a9d076c8d739b",
    42161: _SHARED,
    42220: _SHARED,
    43114: _SHARED,
}
"""Chain id -> oracle: Ethereum, Optimism, BNB, Polygon, Fantom, Base, Arbitrum, Celo, Avalanche."""

_FALSE, _TRUE = "0x" + "00" * 32, "0x" + "00" * 31 + "01"


def oracle_of(chain_id: int) -> str:
    """Return the address of the oracle that is known on a chain, or nothing."""
    return ORACLES.get(chain_id, "")


def ask_oracle(chain: Chain, parties: Collection[Counterparty]) -> Collection[Counterparty]:
    """Return the counterparties with the oracle's answers, read in one level; unknown with a reason otherwise."""
    oracle = oracle_of(chain.chain_id)
    if not oracle:
        detail = f"no sanctions oracle is known on chain {chain.chain_id}"
        return _with(parties, [Unknown(reason=Reason.NOT_SUPPORTED, detail=detail)] * len(parties.items))
    reads = [CallRead(oracle, encode_call(SIGNATURE, (one.address,)), SIGNATURE) for one in parties.items]
    code, *answers = chain.read([CodeRead(oracle), *reads])
    if isinstance(code, Known) and code.value == "0x":
        detail = "the sanctions oracle was not there yet at the pinned block"
        missing = Unknown(reason=Reason.NO_CODE, detail=detail, evidence=code.evidence)
        return _with(parties, [missing] * len(parties.items))
    return _with(parties, [_said(answer) for answer in answers])


def _said(answer: Known[str] | Unknown) -> Known[bool] | Unknown:
    if isinstance(answer, Unknown):
        return answer
    if answer.value not in (_FALSE, _TRUE):
        detail = "the sanctions oracle did not answer yes or no"
        return Unknown(reason=Reason.UNDECODABLE, detail=detail, evidence=answer.evidence)
    return Known(
        value=answer.value == _TRUE, evidence=answer.evidence, derivation="the vendor's statement, without a date"
    )


def _with(parties: Collection[Counterparty], answers: list[Known[bool] | Unknown]) -> Collection[Counterparty]:
    items = tuple(changed(one, on_oracle=answer) for one, answer in zip(parties.items, answers, strict=True))
    return Collection[Counterparty](items=items, complete=parties.complete, reason=parties.reason)
