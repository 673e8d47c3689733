"""Code that others run: an implementation, a master copy. What stands at its own address governs nothing.

No link on chain leads from it to the proxies that run it, so a scan that is pointed at it ends there.
"""

from __future__ import annotations

from scanner.discovery.account import Account, nonzero
from scanner.discovery.battery import GETTERS
from scanner.model.observation import Known, Reason
from scanner.model.snapshot import Gap
from scanner.model.values import ZERO_ADDRESS

ASKED_ABOUT = "the address that was asked about"
"""The reason of a link that the user made."""

HINT = "no governor found from this address: name one with --governor"
HINT_OF_CODE = (
    "no governor found from this address: it has neither state nor history of its own, as code that proxies run, and "
    "no link on chain leads from there to them; give the proxy's address, or name a governor with --governor"
)

_PARTS = (
    "token()",
    "comp()",
    "uni()",
    "nouns()",
    "timelock()",
    "avatar()",
    "dao()",
    "kernel()",
    "getVotingToken()",
    "implementation()",
)
"""Views that name what no governor, module or app works without."""

_HOLDERS = tuple(name for name, kind in GETTERS if kind == "address")
_COUNTS = ("proposalCount()", "votesLength()", "totalSupply()")


def is_bare(account: Account) -> bool:
    """Whether a contract holds nothing but code, as implementations do: it was never set up, and nothing was ever done.

    Known by its state: what it cannot work without is a known zero address, or it says that proxies run it (ERC-1822:
    OpenZeppelin's `proxiableUUID()` answers at the implementation only); it names nobody else, logged nothing of what
    governs, counts nothing, and holds no coin. What could not be read leaves it a contract of its own.
    """
    if not account.has_code or account.proxy is not None:
        return False
    if not isinstance(account.logs, Known) or account.logs.value:
        return False
    if not isinstance(account.state, Known) or account.state.value.balance_wei:
        return False
    named = [nonzero(account.address_of(getter)) for getter in (*_PARTS, *_HOLDERS)]
    if any(one not in (None, account.address) for one in named):
        return False
    if any(isinstance(count := account.ask(one), Known) and count.value for one in _COUNTS):
        return False
    parts = [account.address_of(getter) for getter in _PARTS]
    unset = any(isinstance(one, Known) and one.value == ZERO_ADDRESS for one in parts)
    return unset or account.answers("proxiableUUID()")


def gap_of(account: Account) -> Gap:
    """Return what the report says of an address that holds code only."""
    what = "the proxies that run this code"
    return Gap(subject=account.address, what=what, reason=Reason.UNRESOLVED, detail=HINT_OF_CODE)
