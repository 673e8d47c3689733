"""Vote escrows (Curve's VotingEscrow and followers): units are locked for a time, their votes decay towards its end.

Nobody can send such votes, and no Transfer tells of them: Deposit and Withdraw logs say who locked how much. Facts:
curvefi/curve-dao-contracts, VotingEscrow.
"""

from __future__ import annotations

from collections.abc import Iterator

from scanner.chain.abi import selector, topic
from scanner.discovery.account import Account
from scanner.discovery.asking import has_selector
from scanner.discovery.world import Getter
from scanner.model.observation import Known, Reason, Unknown

DEPOSIT = topic("Deposit(address,uint256,uint256,int128,uint256)")
WITHDRAW = topic("Withdraw(address,uint256,uint256)")
ESCROW_TOPICS = (DEPOSIT, WITHDRAW)
LOCKED = "supply()"
"""All units that are locked; `totalSupply()` are the votes that they make now."""

LOCKS_MAKE_VOTES = "votes are made by whoever locks units, and end with the lock: nobody mints them"

_MARKS = tuple(
    selector(one)
    for one in ("create_lock(uint256,uint256)", "increase_unlock_time(uint256)", "locked__end(address)", LOCKED)
)
_CHECKER = "smart_wallet_checker()"
_WORD = 64

DECAYING = Unknown(
    reason=Reason.NOT_SUPPORTED, detail="votes of a vote escrow decay with time: what each holder has now is not asked"
)


def is_escrow(code: str) -> bool:
    """Whether code (0x-hex) makes locks for a time, as Curve's VotingEscrow does."""
    return all(has_selector(code, mark) for mark in _MARKS)


def escrow_getters(account: Account, code: str) -> Iterator[Getter]:
    """Yield what an escrow is asked: what is locked, and who says which contracts may lock."""
    if is_escrow(code):
        yield Getter(account.address, LOCKED, ("uint256",))
        if has_selector(code, selector(_CHECKER)):
            yield Getter(account.address, _CHECKER, ("address",))


def locked_units(account: Account) -> Known[dict[str, int]] | Unknown:
    """Return how many units each account has locked, by the logs; not the votes that they make."""
    if isinstance(account.logs, Unknown):
        return account.logs
    held: dict[str, int] = {}
    for log in (*account.events(DEPOSIT), *account.events(WITHDRAW)):
        if len(log.topics) < 2 or len(log.data) < 2 + _WORD:
            detail = "a Deposit or Withdraw log is not that of a vote escrow"
            return Unknown(reason=Reason.UNDECODABLE, detail=detail, evidence=(log,))
        holder, amount = "0x" + log.topics[1][-40:], int(log.data[2 : 2 + _WORD], 16)
        held[holder] = held.get(holder, 0) + (amount if log.topics[0] == DEPOSIT else -amount)
    balances = {holder: amount for holder, amount in sorted(held.items()) if amount > 0}
    words = "units locked, by Deposit and Withdraw logs"
    return Known(value=balances, evidence=account.logs.evidence, derivation=words)
