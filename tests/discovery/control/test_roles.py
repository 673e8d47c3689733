from __future__ import annotations

from scanner.discovery.account import Account
from scanner.discovery.battery import PROPOSER_ROLE, ROLE_GRANTED, ROLE_REVOKED
from scanner.discovery.control.roles import MAX_CLAIMS, read_roles, role_claims, role_name, role_question
from scanner.model.evidence import CodeEvidence
from scanner.model.observation import Known, Reason, Unknown
from tests.discovery.support import AT, address, contract, log, word

ANSWER = CodeEvidence(**AT.model_dump(), address=address(1), codehash="0x" + "dd" * 32)


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


def _answered(*answers: bool | None) -> Account:
    """A contract that logged a grant to one address after the other, and what it says of each when it is asked."""
    here = address(1)
    logs = (
        log(here, (ROLE_GRANTED, PROPOSER_ROLE, word(address(2 + index)), word(9)), index=index)
        for index in range(len(answers))
    )
    account = contract(1, *logs)
    for index, answer in enumerate(answers):
        said: Known[str] | Unknown = Unknown(reason=Reason.REVERTED)
        if answer is not None:
            said = Known(value="0x" + f"{int(answer):064x}", evidence=(ANSWER,))
        account.calls[role_question(PROPOSER_ROLE, address(2 + index))] = (("bool",), said)
    return account


def test_the_contract_decides_and_not_its_logs() -> None:
    book = read_roles(_answered(True, False))
    assert [member.address for member in book.holders(PROPOSER_ROLE)] == [address(2)]
    assert book.complete
    assert ANSWER in book.evidence, "the denial is evidence for who does not hold the role"


def test_a_role_that_nothing_confirms_is_a_doubt() -> None:
    book = read_roles(_answered(True, None))
    assert [member.address for member in book.doubts(PROPOSER_ROLE)] == [address(3)]
    assert not book.complete
    assert "hasRole" in book.reason


def test_more_roles_than_can_be_asked_about_are_an_incomplete_book() -> None:
    account = _answered(*[True] * (MAX_CLAIMS + 1))
    assert len(role_claims(account)) == MAX_CLAIMS
    assert not read_roles(account).complete
