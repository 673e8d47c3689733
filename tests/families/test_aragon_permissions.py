"""What the logs of Aragon's permissions are worth: the contract that keeps them decides, and conditions stay open."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fixtures.aragonclassic import app_id, role
from scanner.chain.abi import encode, selector
from scanner.discovery.account import Account
from scanner.discovery.control.grants import Grant
from scanner.discovery.executors import executor_family_of
from scanner.discovery.permissions import acl, osx
from scanner.discovery.permissions.claims import MAX_CLAIMS, question
from scanner.discovery.permissions.settle import settle_permissions
from scanner.model.observation import Known, Reason, Unknown
from scanner.model.values import ZERO_ADDRESS
from tests.discovery.support import address, code, contract, log, returned, word, world

DAO, PLUGIN, KEY, OTHER = address(1), address(2), address(3), address(4)


def _runtime(*signatures: str) -> str:
    return "0x" + "".join(f"63{selector(one)[2:]}14" for one in signatures)


def _granted(name: str, where: str, who: str, *, flag: str = osx.ALLOW_FLAG, index: int = 0) -> Any:
    return log(
        DAO,
        (osx.GRANTED, osx.ID[name], word(KEY), word(who)),
        encode(("address", "address"), (where, flag)),
        index=index,
    )


def _revoked(name: str, where: str, who: str, *, index: int) -> Any:
    return log(DAO, (osx.REVOKED, osx.ID[name], word(KEY), word(who)), encode(("address",), (where,)), index=index)


def _says(account: Account, claims: Sequence[Any], *answers: bool | None) -> None:
    for claim, answer in zip(claims, answers, strict=True):
        said: Known[str] | Unknown = Unknown(reason=Reason.NODE_ERROR, detail="no answer")
        if answer is not None:
            said = returned(account.address, word(int(answer)))
        account.calls[question(claim)] = (("bool",), said)


def _who(grants: Sequence[Grant]) -> list[str]:
    return [grant.who for grant in grants]


def test_the_dao_decides_and_not_its_logs() -> None:
    dao = contract(1, _granted("EXECUTE", DAO, KEY), _granted("EXECUTE", DAO, OTHER, index=1))
    assert _who(osx.ledger(dao).grants) == [KEY, OTHER], "until it was asked its logs stand"
    _says(dao, osx.claims(dao), True, False)
    book = osx.ledger(dao)
    assert (_who(book.grants), book.complete) == ([KEY], True)


def test_what_a_log_takes_back_is_asked_about_too() -> None:
    dao = contract(1, _granted("ROOT", DAO, KEY), _revoked("ROOT", DAO, KEY, index=1))
    assert osx.ledger(dao).grants == ()
    _says(dao, osx.claims(dao), True)
    assert _who(osx.ledger(dao).grants) == [KEY], "the log lied"


def test_a_permission_that_nothing_confirms_stands_and_there_may_be_more() -> None:
    dao = contract(1, _granted("EXECUTE", DAO, KEY))
    _says(dao, osx.claims(dao), None)
    book = osx.ledger(dao)
    assert (_who(book.grants), book.complete) == ([KEY], False)
    dao.logs = Unknown(reason=Reason.NO_LOGS, detail="no logs")
    assert not osx.ledger(dao).complete


def test_a_condition_is_no_permission_to_do_everything() -> None:
    dao = contract(1, _granted("EXECUTE", DAO, KEY, flag=OTHER))
    _says(dao, osx.claims(dao), False)
    (grant,) = osx.ledger(dao).grants
    assert OTHER in grant.condition
    runtime = _runtime(osx.HAS_PERMISSION, "isGranted(address,address,bytes32,bytes)", "grant(address,address,bytes32)")
    family = executor_family_of(dao, runtime + _runtime("execute(bytes32,(address,uint256,bytes)[],uint256)")[2:])
    assert family is not None
    (caller,) = family.callers(dao).items
    assert caller.limits


def test_any_address_is_anyone_and_odd_logs_are_nobody() -> None:
    odd = log(DAO, (osx.GRANTED, osx.ID["MINT"], word(KEY), word(KEY)), "0x12", index=1)
    dao = contract(1, _granted("MINT", PLUGIN, osx.ANY_ADDRESS), odd, log(DAO, (osx.GRANTED,), index=2))
    assert _who(osx.ledger(dao).grants) == [ZERO_ADDRESS]


def test_more_permissions_than_can_be_asked_about_leave_the_rest_open() -> None:
    logs = (_granted("EXECUTE", DAO, address(100 + index), index=index) for index in range(MAX_CLAIMS + 1))
    dao = contract(1, *logs)
    book = osx.ledger(dao)
    assert (len(book.grants), book.complete) == (MAX_CLAIMS, False)
    assert len(list(osx.questions(dao))) == MAX_CLAIMS


def test_a_stranger_s_dao_keeps_no_permissions_of_others() -> None:
    runtime = _runtime(osx.HAS_PERMISSION, "isGranted(address,address,bytes32,bytes)", "grant(address,address,bytes32)")
    own = contract(1, _granted("UPGRADE_PLUGIN", PLUGIN, DAO))
    forged = _granted("UPGRADE_PLUGIN", PLUGIN, KEY)
    strange = contract(4, log(OTHER, forged.topics, forged.data))
    for one in (own, strange):
        one.code = code(one.address, runtime)
    plugin = contract(2, dao=("address", DAO))
    settle_permissions(world(own, strange, plugin))
    assert plugin.grants is not None
    assert _who(plugin.grants.items) == [DAO]


def _set(app: str, who: str, name: str, *, allowed: bool = True, index: int = 0) -> Any:
    return log(DAO, (acl.SET_PERMISSION, word(who), word(app), acl.ID[name]), word(int(allowed)), index=index)


def _managed(app: str, name: str, manager: str, *, index: int) -> Any:
    return log(DAO, (acl.CHANGE_MANAGER, word(app), acl.ID[name], word(manager)), index=index)


def test_who_manages_a_role_holds_it_and_who_creates_permissions_holds_what_nobody_manages() -> None:
    keeper = contract(
        1,
        _set(DAO, KEY, "CREATE_PERMISSIONS"),
        _set(PLUGIN, KEY, "EXECUTE", index=1),
        _managed(PLUGIN, "EXECUTE", OTHER, index=2),
        _managed(PLUGIN, "RUN_SCRIPT", acl.BURNED, index=3),
        _managed(PLUGIN, "TRANSFER", ZERO_ADDRESS, index=4),
    )
    book = acl.ledger(keeper)
    here = [(grant.who, grant.words, grant.now) for grant in book.grants if grant.where == PLUGIN]
    assert here == [(KEY, "EXECUTE_ROLE", True), (OTHER, "manages EXECUTE_ROLE", False)]
    roles = tuple(acl.ID[name] for name in ("EXECUTE", "RUN_SCRIPT", "TRANSFER"))
    created = list(acl.creators(keeper, book, PLUGIN, roles))
    assert [(grant.who, grant.permission) for grant in created] == [(KEY, acl.ID["TRANSFER"])]


def test_parameters_narrow_a_role_until_it_is_set_again() -> None:
    narrowed = log(DAO, (acl.SET_PARAMETERS, word(KEY), word(PLUGIN), acl.ID["TRANSFER"]), word(7), index=1)
    keeper = contract(1, _set(PLUGIN, KEY, "TRANSFER"), narrowed)
    (grant,) = acl.ledger(keeper).grants
    assert grant.condition
    keeper = contract(1, _set(PLUGIN, KEY, "TRANSFER"), narrowed, _set(PLUGIN, KEY, "TRANSFER", index=2))
    (grant,) = acl.ledger(keeper).grants
    assert not grant.condition


def test_role_names_are_those_whose_hash_the_contracts_keep() -> None:
    assert acl.ID["TRANSFER"] == "0x" + role("TRANSFER").hex()
    assert app_id("acl").hex() == "e3262375f45a6e2026b7e7b18c2b807434f2508fe1a2a3dfb493c7df8f4aad6a"
    assert app_id("vault").hex() == "7e852e0fcfce6551c13800f1e7476f982525c2b5277ba14b24339c68416336d1"
