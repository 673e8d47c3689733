"""Many calls in one `eth_call`, through Multicall3 (`aggregate3`, mds1/multicall3) where a chain has it.

Each call inside stays evidence by itself: anyone can repeat it alone. What fails inside is asked again alone, since it
may have failed only for the gas that the others used.
"""

from __future__ import annotations

from collections.abc import Sequence

from scanner.chain.abi import DecodeError, decode, encode_call
from scanner.chain.faults import Result
from scanner.chain.interface import CallRead, Read
from scanner.chain.plans import MAX_ANSWER_BYTES, Outcome, Plan, call_outcome, call_request
from scanner.chain.rpc import Request

MULTICALL3 = "0xca11bde05977b3631167028862be2a173976ca11"
MULTICALL3_CODEHASH = "0xd5c15df687b16f2ff992fc8d767b4216323184a2bbc6ee2f9c398c318e770891"
WORTHWHILE = 100
CALLS_EACH = 100


def bundled_calls(reads: Sequence[CallRead]) -> Plan:
    """Ask calls in bundles, then those alone that did not succeed."""
    bundles = [reads[start : start + CALLS_EACH] for start in range(0, len(reads), CALLS_EACH)]
    answers = yield [_bundle(bundle) for bundle in bundles]
    done: dict[Read, Outcome] = {}
    for bundle, answer in zip(bundles, answers, strict=True):
        if isinstance(answer, Result):
            done.update(_unbundle(bundle, answer.value))
    rest = [read for read in reads if read not in done]
    if rest:
        alone = yield [call_request(read) for read in rest]
        done.update({read: call_outcome(answer) for read, answer in zip(rest, alone, strict=True)})
    return done


def _bundle(reads: Sequence[CallRead]) -> Request:
    inner = [(read.address, True, read.data) for read in reads]
    return call_request(CallRead(MULTICALL3, encode_call("aggregate3((address,bool,bytes)[])", [inner])))


def _unbundle(reads: Sequence[CallRead], value: object) -> dict[Read, Outcome]:
    """Return the calls that succeeded; one whose answer is too long to keep is left to be asked alone."""
    try:
        (results,) = decode(["(bool,bytes)[]"], value if isinstance(value, str) else "")
    except DecodeError:
        return {}
    if len(results) != len(reads):
        return {}
    longest = 2 + 2 * MAX_ANSWER_BYTES
    return {
        read: {"result": data, "reverted": False}
        for read, (ok, data) in zip(reads, results, strict=True)
        if ok and len(data) <= longest
    }
