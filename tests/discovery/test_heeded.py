"""What guards that were found and checked say of detectors' results, of claims, and of a governor's settings."""

from __future__ import annotations

from typing import Any

import pytest

from scanner.discovery.heeded import BY_THE_VOTE, heed, without_idle_lines
from scanner.discovery.set_aside import AT_PROXIES, GUARDED, HELD_BY_NOBODY, OF_STRANGERS
from scanner.model.code import DetectorHit, FunctionFact
from scanner.model.contracts import Contract
from scanner.model.controls import Control
from scanner.model.evidence import AtBlock, SourceEvidence
from scanner.model.kinds import ActorKind, Capability, Role
from scanner.model.observation import Collection, Known, Reason, Unknown
from scanner.model.passages import GuardHolder, Passage
from tests.render import factory
from tests.render import factory_dao as dao

HERE = dao.VAULT
FILE = "contracts/Manager.sol"
REVOKE, MINT = "revokeVesting(address,uint256)", "mint(address,uint256)"


def lines(first: int, last: int, file: str = FILE) -> SourceEvidence:
    at = AtBlock(chain_id=1, block_number=1, block_hash="0x" + "11" * 32)
    return SourceEvidence(
        **at.model_dump(),
        address=dao.ZERO,
        source_id="5a",
        file=file,
        first_line=first,
        last_line=last,
        file_sha256="0x" + "22" * 32,
    )


def hit(*where: SourceEvidence, detector: str = "arbitrary-send-erc20", functions: int = 1) -> DetectorHit:
    digests = tuple(f"0x{number:064x}" for number in range(functions))
    return DetectorHit(
        detector=detector,
        impact="high",
        confidence="high",
        description="sends for somebody else",
        in_dependency=False,
        evidence=where,
        functions=digests,
    )


def function(signature: str, first: int, last: int) -> FunctionFact:
    return FunctionFact(
        signature=signature,
        selector="0x01020304",
        guard="caller",
        guarded_by="hasPermission(msg.sender, ROLE)",
        payable=False,
        evidence=(lines(first, last),),
    )


def contract(*hits: DetectorHit, at: str = HERE, **facts: Any) -> Contract:
    made = dao.contract(at, "Manager", Role.EXECUTOR, **facts)
    functions = Collection[FunctionFact](items=(function(MINT, 10, 14), function(REVOKE, 20, 40)), complete=True)
    detectors = Collection[DetectorHit](items=hits, complete=True)
    code = made.code.model_copy(update={"functions": functions, "detectors": detectors})
    return made.model_copy(update={"code": code})


def holder(kind: ActorKind = ActorKind.TOKEN_VOTE, *others: ActorKind, at: str = dao.GOVERNOR) -> GuardHolder:
    return GuardHolder(address=at, kind=kind, actors=(kind, *others), label="somebody", delay_seconds=dao.known(0))


def passage(*functions: str, at: str = HERE, **facts: Any) -> Passage:
    given: dict[str, Any] = {
        "guard": "caller",
        "asks": "hasPermission(msg.sender, ROLE)",
        "checked": "passed",
        "holders": (holder(),),
        "evidence": (dao.CALL,),
        **facts,
    }
    return Passage(contract=at, functions=functions, **given)


def heard(*contracts: Contract, by: tuple[Passage, ...], checked: bool = True) -> tuple[Contract, ...]:
    return heed(contracts, Collection[Passage](items=by, complete=True), checked=checked)


def marks(one: Contract) -> list[str]:
    return [found.set_aside for found in one.code.detectors.items]


IN_REVOKE = hit(lines(20, 40), lines(37, 37))


def test_anyone_can_is_set_aside_where_calls_show_a_guard() -> None:
    (found,) = heard(contract(IN_REVOKE), by=(passage(REVOKE),))
    assert marks(found) == [GUARDED]
    assert found.set_aside_texts == (f"arbitrary-send-erc20 (1 result): {GUARDED}",)
    (nobody,) = heard(contract(IN_REVOKE), by=(passage(REVOKE, holders=(), checked="refused"),))
    assert marks(nobody) == [HELD_BY_NOBODY]


@pytest.mark.parametrize(
    "missing",
    [
        (),
        (passage(MINT),),
        (passage(REVOKE, guard="anyone"),),
        (passage(REVOKE, guard="members"),),
        (passage(REVOKE, checked="not-checkable"),),
        (passage(REVOKE, checked="not-asked"),),
        (passage(REVOKE, checked="contradicted"),),
        (passage(REVOKE, complete=False, reason="more may hold it"),),
        (passage(REVOKE, holders=(holder(ActorKind.EOA, ActorKind.ANYONE),)),),
        (passage(REVOKE, at=dao.TOKEN),),
    ],
)
def test_without_a_guard_that_stands_the_result_counts(missing: tuple[Passage, ...]) -> None:
    (found,) = heard(contract(IN_REVOKE), by=missing)
    assert marks(found) == [""]


def test_every_function_that_a_result_lies_in_has_to_be_guarded() -> None:
    both = hit(lines(10, 14), lines(20, 40), functions=2)
    assert marks(heard(contract(both), by=(passage(REVOKE),))[0]) == [""]
    assert marks(heard(contract(both), by=(passage(REVOKE), passage(MINT)))[0]) == [GUARDED]
    internal = hit(lines(20, 40), lines(60, 70), functions=2)
    assert marks(heard(contract(internal), by=(passage(REVOKE),))[0]) == [""], "an internal function's callers are open"
    elsewhere = hit(lines(20, 40, "contracts/Other.sol"))
    assert marks(heard(contract(elsewhere), by=(passage(REVOKE),))[0]) == [""]


def test_other_detectors_do_not_say_anyone() -> None:
    assert "reentrancy-eth" not in OF_STRANGERS
    (found,) = heard(contract(hit(lines(20, 40), detector="reentrancy-eth")), by=(passage(REVOKE),))
    assert marks(found) == [""]


def test_code_behind_proxies_is_judged_by_all_of_them() -> None:
    code, first, second = contract(IN_REVOKE, at=dao.MODULE), dao.VAULT, dao.OLD_VAULT
    proxies = [contract(IN_REVOKE, at=at, implementation=dao.known(dao.MODULE)) for at in (first, second)]
    one = (passage(REVOKE, at=first),)
    both = (*one, passage(REVOKE, at=second, holders=(), checked="refused"))
    assert [marks(item) for item in heard(code, *proxies, by=one)] == [[""], [GUARDED], [""]]
    assert [marks(item) for item in heard(code, *proxies, by=both)] == [[AT_PROXIES], [GUARDED], [HELD_BY_NOBODY]]
    assert marks(heard(code, by=both)[0]) == [""], "nothing is known to run it"


def test_a_contradiction_is_named_with_its_calls() -> None:
    lie = passage("owner()", guard="claim", checked="contradicted", detail="refused as a stranger is")
    (found,) = heard(contract(), by=(lie, passage(MINT)))
    assert isinstance(found.contradicted, Known)
    assert found.contradicted.value == ("owner()",)
    assert found.contradicted.evidence == (dao.CALL,)
    assert "refused as a stranger is" in found.contradicted.derivation


def test_no_contradiction_is_said_only_where_calls_could_show_one() -> None:
    (agreed,) = heard(contract(), by=(passage(MINT),))
    (open_to_all,) = heard(contract(), by=(passage(MINT, guard="anyone", checked="not-asked"),))
    (stuck,) = heard(contract(), by=(passage(MINT, checked="not-checkable"),))
    (unmade,) = heard(contract(), by=(passage(MINT),), checked=False)
    assert [one.contradicted.status for one in (agreed, open_to_all, stuck, unmade)] == [
        "known", "known", "unknown", "unknown",
    ]  # fmt: skip
    assert isinstance(stuck.contradicted, Unknown)
    assert stuck.contradicted.reason is Reason.UNRESOLVED


def settings(kind: ActorKind, guard: str = BY_THE_VOTE) -> Control:
    at = (dao.GOVERNOR, "Governor")
    return dao.control(dao.SAFE, kind, Capability.SET_PARAMETERS, at, guard=dao.known(guard))


def kept(*passages: Passage) -> tuple[Control, ...]:
    governor = factory.snapshot().governors.items[0].model_copy(update={"executor": dao.known(dao.TIMELOCK)})
    lines_of = (settings(ActorKind.MULTISIG), settings(ActorKind.TOKEN_VOTE), settings(ActorKind.MULTISIG, "admin"))
    found = Collection[Passage](items=passages, complete=True)
    return without_idle_lines(Collection[Control](items=lines_of, complete=True), found, [governor]).items


def test_who_orders_the_executor_sets_nothing_where_no_guard_names_it() -> None:
    vetoing = passage("veto(uint256)", at=dao.GOVERNOR, holders=(holder(ActorKind.EOA, at=dao.GUARDIAN),))
    assert [(one.actor_kind, one.guard.value) for one in kept(vetoing) if isinstance(one.guard, Known)] == [
        (ActorKind.TOKEN_VOTE, BY_THE_VOTE),
        (ActorKind.MULTISIG, "admin"),
    ]


@pytest.mark.parametrize(
    "passages",
    [
        (),
        (passage("setVotingDelay(uint48)", at=dao.GOVERNOR, holders=(holder(at=dao.TIMELOCK),)),),
        (passage("setVotingDelay(uint48)", at=dao.GOVERNOR, holders=(holder(at=dao.GOVERNOR),)),),
        (passage("0x12345678", at=dao.GOVERNOR, guard="unknown", holders=()),),
        (passage("setVotingDelay(uint48)", at=dao.GOVERNOR, holders=(), checked="not-checkable"),),
        (passage("setVotingDelay(uint48)", at=dao.GOVERNOR, holders=(), complete=False),),
    ],
)
def test_a_line_to_settings_stays_while_a_guard_may_name_the_executor(passages: tuple[Passage, ...]) -> None:
    assert len(kept(*passages)) == 3
