"""Accounts without code that need not be keys: aliases of other chains' contracts.

No code and no transaction sent is what a fresh key looks like, on every chain. It is as well what an address looks like
at which code may still be put (CREATE2, EIP-1014), which nobody can tell from a key, and which therefore reads as one;
and, on a rollup, what the alias of a contract of the parent chain looks like until it first acts. (Later its number of
transactions may be above zero: the OP stack counts deposits.)
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain

from scanner.chain.aliases import PARENTS, PLAIN, Away, original
from scanner.discovery.account import EMPTY_CODE, Account
from scanner.discovery.world import World
from scanner.model.evidence import Evidence
from scanner.model.observation import Known
from scanner.model.snapshot import PinnedBlock


@dataclass(frozen=True)
class Doubt:
    """Why an account without code is not said to be a key. `away` is whose alias it is, where that is known."""

    reason: str
    evidence: tuple[Evidence, ...]
    away: Away | None = None


def doubt_of(world: World, account: Account) -> Doubt | None:
    """Return why an account without code may be no key; None where it is one, or holds code."""
    if not isinstance(account.code, Known) or account.code.value != EMPTY_CODE:
        return None
    block = world.chain.block
    if block.chain_id in PLAIN:
        return None
    parent = PARENTS.get(block.chain_id)
    away = next((one for one in world.away.get(account.address, ()) if parent in (None, one.chain_id)), None)
    if away is not None:
        what = f" ({away.what})" if away.what else ""
        reason = f"the alias of {away.address}{what} of chain {away.chain_id}: that contract acts here by its messages"
        return Doubt(reason, account.code.evidence, away)
    if parent is None and not world.away:
        return None
    return _unsent(account, block, parent, chain.from_iterable(world.away.values()))


def _unsent(account: Account, block: PinnedBlock, parent: int | None, named: Iterable[Away]) -> Doubt | None:
    """Return the doubt about an account that never sent a transaction: none about one that did."""
    if not isinstance(account.state, Known):
        return Doubt("no code, and how many transactions it sent was not read", account.code.evidence)
    if account.state.value.nonce:
        return None
    chains = (parent,) if parent is not None else sorted({one.chain_id for one in named})
    where = " or ".join(str(one) for one in chains)
    reason = (
        f"no code and no transaction sent at block {block.number}: a fresh key, or the alias of a contract of chain "
        f"{where}. If there is code at {original(account.address)} there it is the alias; name that contract in a "
        "manifest"
    )
    return Doubt(reason, (*account.code.evidence, *account.state.evidence))
