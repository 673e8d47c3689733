"""Where what a contract's tokens show is kept, and who can change the pointer. What it shows is never fetched."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.chain.abi import selector
from scanner.discovery.account import Account, transform
from scanner.discovery.asking import has_selector
from scanner.discovery.world import Getter, only_a_target
from scanner.model.code import CodeFacts
from scanner.model.evidence import Evidence
from scanner.model.features import Content
from scanner.model.observation import Known, Reason, Unknown

_POINTERS: tuple[tuple[str, tuple[int, ...]], ...] = (
    ("contractURI()", ()),
    ("baseURI()", ()),
    ("tokenURI(uint256)", (1,)),
    ("tokenURI(uint256)", (0,)),
    ("uri(uint256)", (1,)),
)
"""What a contract is asked about its pointer: ERC-7572, ERC-721 and ERC-1155 metadata. Any token tells the scheme."""

_SCHEMES: tuple[tuple[str, str], ...] = (
    ("ipfs://", "ipfs"),
    ("ipns://", "ipns"),
    ("ar://", "arweave"),
    ("bzz://", "swarm"),
    ("data:", "data"),
    ("web3://", "web3"),
    ("https://", "https"),
    ("http://", "https"),
)
_STOP = "0x00"


def pointer_getters(account: Account, code: str) -> Iterator[Getter]:
    """Yield the pointers that the running code (hex) dispatches; nobody else is asked."""
    if only_a_target(account):
        return
    for signature, arguments in _POINTERS:
        if has_selector(code, selector(signature)):
            yield Getter(account.address, signature, ("string",), arguments, _key(signature, arguments))


def _key(signature: str, arguments: tuple[int, ...]) -> str:
    return f"{signature}@{arguments[0]}" if arguments else signature


def scheme_of(pointer: str) -> str:
    """Return the scheme of a pointer; none for an empty one."""
    text = pointer.strip().lower()
    if not text:
        return "none"
    return next((name for prefix, name in _SCHEMES if text.startswith(prefix)), "other")


def build_content(account: Account, code: CodeFacts) -> Content:
    """Return scheme, setter and kind of what this contract points to."""
    return Content(
        scheme=_scheme(account), setter_guard=_setter(code), blob=transform(account.code, _is_blob, "its first byte")
    )


def _is_blob(code: str) -> bool:
    """SSTORE2 and its like put STOP before the data, so that it is never run."""
    return len(code) > 4 and code.startswith(_STOP)


def _scheme(account: Account) -> Known[str] | Unknown:
    evidence: tuple[Evidence, ...] = ()
    empty: Known[str] | None = None
    unread: Unknown | None = None
    for signature, arguments in _POINTERS:
        key = _key(signature, arguments)
        if key not in account.calls:
            continue
        answer = account.ask(key)
        if isinstance(answer, Known):
            found = scheme_of(str(answer.value))
            if found != "none":
                return Known(value=found, evidence=answer.evidence, derivation=f"scheme of {signature}")
            empty = Known(value="none", evidence=answer.evidence, derivation=f"{signature} is empty")
        elif answer.reason is Reason.REVERTED:
            evidence += answer.evidence
        else:
            unread = unread or answer
    if unread is not None:
        return unread
    if empty is not None:
        return empty
    if only_a_target(account):
        return Unknown(reason=Reason.NOT_READ, detail="a stranger's contract is not asked for its pointers")
    if isinstance(account.code, Unknown):
        return account.code
    words = "every pointer it has reverted" if evidence else "its code answers no pointer to content"
    return Known(value="none", evidence=evidence or account.code.evidence, derivation=words)


def _setter(code: CodeFacts) -> Known[str] | Unknown:
    return code.content_setter_guard
