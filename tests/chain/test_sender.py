"""Calls in somebody's name: who calls is part of the question, of its evidence and of what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from scanner.chain.cache import Cache
from scanner.chain.interface import CallRead
from scanner.chain.multicall import MULTICALL3
from scanner.chain.payload import codehash
from scanner.chain.recheck import Verdict
from scanner.model.evidence import CallEvidence
from scanner.model.observation import Known
from tests.chain.support import ALICE, COMPILED, NOBODY, Scene, anvil, chain, proxy
from tests.chain.test_recheck import again

pytestmark = pytest.mark.node

MIRROR = "0x" + "ee" * 20
_RETURNS_ITS_CALLER = "0x335f5260205ff3"  # CALLER PUSH0 MSTORE PUSH1 32 PUSH0 RETURN
OURS = codehash(COMPILED["Aggregate3"]["runtime"])


def _word(address: str) -> str:
    return "0x" + "00" * 12 + address.removeprefix("0x").lower()


@pytest.fixture(scope="module")
def mirror() -> Iterator[Scene]:
    with anvil() as node:
        node.rpc("anvil_setCode", MIRROR, _RETURNS_ITS_CALLER)
        node.rpc("anvil_setCode", MULTICALL3, COMPILED["Aggregate3"]["runtime"])
        node.mine()
        yield Scene(node, MIRROR)


def test_the_contract_sees_who_calls_and_the_evidence_says_so(mirror: Scene) -> None:
    reads = [CallRead(MIRROR, "0x", sender=ALICE), CallRead(MIRROR, "0x", sender=NOBODY), CallRead(MIRROR, "0x")]
    with chain(mirror.node.url) as opened:
        answers = opened.read(reads)
        block = opened.block
    values = [answer.value for answer in answers if isinstance(answer, Known)]
    assert values == [_word(ALICE), _word(NOBODY), _word("0x" + "00" * 20)]
    pieces = [answer.evidence[0] for answer in answers]
    assert [piece.sender for piece in pieces if isinstance(piece, CallEvidence)] == [ALICE.lower(), NOBODY.lower(), ""]
    assert "sender" not in pieces[2].model_dump(mode="json")
    assert CallEvidence.model_validate_json(pieces[2].model_dump_json()) == pieces[2]
    found = again(mirror.node.url, pieces, block)
    assert found.count(Verdict.MATCH) == 3
    told = pieces[0].model_copy(update={"sender": NOBODY.lower()})
    assert again(mirror.node.url, [told], block).count(Verdict.MISMATCH) == 1


def test_a_bundle_would_be_the_caller_so_such_calls_go_alone(mirror: Scene) -> None:
    with proxy(mirror.node.url) as between, chain(between.url, multicall_codehash=OURS) as opened:
        opened.read([CallRead(MIRROR, "0x00")])
        before = len(between.seen)
        many = [CallRead(MIRROR, f"0x{number:08x}", sender=f"0x{number + 1:040x}") for number in range(150)]
        answers = opened.read(many)
        assert len(between.seen) == before + 1
    values = [answer.value for answer in answers if isinstance(answer, Known)]
    assert values == [_word(f"0x{number + 1:040x}") for number in range(150)]


def test_what_is_kept_of_one_caller_is_no_answer_to_another(mirror: Scene, tmp_path: Path) -> None:
    for expected in (0, 2):
        with Cache(tmp_path / "chain.sqlite") as cache, chain(mirror.node.url, cache=cache) as opened:
            first, second = opened.read([CallRead(MIRROR, "0x", sender=ALICE), CallRead(MIRROR, "0x", sender=NOBODY)])
            assert isinstance(first, Known)
            assert isinstance(second, Known)
            assert (first.value, second.value) == (_word(ALICE), _word(NOBODY))
            assert opened.trips.cached == expected
