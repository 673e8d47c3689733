from __future__ import annotations

from scanner.discovery.battery import PROPOSER_ROLE, ROLE_GRANTED, ROLE_REVOKED
from scanner.discovery.roles import read_roles, role_name
from scanner.model.observation import Reason, Unknown
from tests.discovery.support import address, contract, log, word


def test_a_role_is_held_until_it_is_revoked_and_again_when_it_is_granted_again() -> None:
    here, first, second = address(1), address(2), address(3)
    logs = (
        log(here, (ROLE_GRANTED, PROPOSER_ROLE, word(first), word(9)), index=0),
        log(here, (ROLE_GRANTED, PROPOSER_ROLE, word(second), word(9)), index=1),
        log(here, (ROLE_REVOKED, PROPOSER_ROLE, word(first), word(9)), index=2),
        log(here, (ROLE_REVOKED, PROPOSER_ROLE, word(second), word(9)), index=3),
        log(here, (ROLE_GRANTED, PROPOSER_ROLE, word(second), word(9)), index=4),
    )
    book = read_roles(contract(1, *logs))
    assert [member.address for member in book.holders(PROPOSER_ROLE)] == [second]
    assert book.holders(PROPOSER_ROLE)[0].evidence == (logs[4],)
    assert book.complete


def test_unread_logs_make_the_book_incomplete_not_empty() -> None:
    account = contract(1)
    account.logs = Unknown(reason=Reason.NO_LOGS, detail="no logs before block 500")
    book = read_roles(account)
    assert not book.complete
    assert book.members == ()


def test_a_log_with_missing_topics_is_no_grant() -> None:
    here = address(1)
    assert read_roles(contract(1, log(here, (ROLE_GRANTED, PROPOSER_ROLE)))).members == ()


def test_role_names_are_those_whose_hash_it_is() -> None:
    assert role_name(PROPOSER_ROLE) == "PROPOSER_ROLE"
    assert role_name("0x" + "12" * 32).startswith("role 0x1212")
