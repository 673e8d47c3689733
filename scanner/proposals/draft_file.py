"""A file with a draft: targets, values, calldatas or signatures with arguments, and the text.

The lists are those of `propose`: the first target gets the first value and the first calldata. With `signatures` and
`calldatas` the calldata has no selector, as in GovernorBravo; with `signatures` and `arguments` it is encoded here.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eth_abi.exceptions import ParseError
from eth_abi.grammar import ABIType, BasicType, TupleType, parse

from scanner.chain.abi import DecodeError, encode, signature_types
from scanner.checksum import wrong_checksum
from scanner.discovery.families.told import RawAction, full_calldata
from scanner.model.errors import UsageError
from scanner.proposals.draft_tree import MAX_BYTES, Branch, Leaf, Place, Table, Tree, read_tree
from scanner.proposals.drafted import Draft

MAX_ACTIONS = 10_000
_KEYS = ("targets", "values", "calldatas", "signatures", "arguments", "description", "proposer")
_ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}\Z")
_HEX = re.compile(r"0x(?:[0-9a-fA-F]{2})*\Z")
_DECIMAL = re.compile(r"(?:0|[1-9][0-9]{0,77})\Z")
_SIGNED = re.compile(r"-?(?:0|[1-9][0-9]{0,77})\Z")
_HEX_NUMBER = re.compile(r"0x[0-9a-fA-F]{1,64}\Z")
_NAME = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*\([^\s]*\)\Z")


def read_draft(path: Path) -> Draft:
    """Return the draft in a file. Raises UsageError with file:line:column for whatever is not as it should be."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        what = f"the draft cannot be read: {error.strerror or type(error).__name__}"
        raise UsageError(what, where=str(path), hint="give a JSON or YAML file with targets, values …") from error
    return parse_draft(data, path.name)


def parse_draft(data: bytes, file: str) -> Draft:
    """Return the draft that the bytes of a file hold. Raises UsageError."""
    tree = read_tree(data, file)
    if not isinstance(tree, Table):
        raise tree.place.error("a draft is a mapping", f"keys: {', '.join(_KEYS)}")
    for key, place in tree.keys.items():
        if key not in _KEYS:
            raise place.error(f"unknown key {key[:60]!r}", f"keys: {', '.join(_KEYS)}")
    targets = _list(tree, "targets")
    values = _list(tree, "values")
    _same_length(values, targets, "values")
    calldatas = _calldatas(tree, targets)
    actions = tuple(
        RawAction(_address(target), _wei(value), signature, calldata)
        for target, value, (signature, calldata) in zip(targets.items, values.items, calldatas, strict=True)
    )
    proposer = tree.entries.get("proposer")
    return Draft(
        actions=actions,
        description=_text(tree),
        file=file,
        sha256="0x" + hashlib.sha256(data).hexdigest(),
        proposer="" if proposer is None else _address(proposer),
    )


def _list(tree: Table, key: str) -> Branch:
    found = tree.entries.get(key)
    if found is None:
        raise tree.place.error(f"{key} is missing", "a draft has targets, values, calldatas and a description")
    if not isinstance(found, Branch):
        raise found.place.error(f"{key} is a list")
    if len(found.items) > MAX_ACTIONS:
        raise found.place.error(f"{key} has more than {MAX_ACTIONS} entries")
    return found


def _same_length(found: Branch, targets: Branch, key: str) -> None:
    if len(found.items) != len(targets.items):
        raise found.place.error(
            f"{key} has {len(found.items)} entries, targets has {len(targets.items)}",
            "every call has one entry in each list",
        )


def _text(tree: Table) -> str:
    found = tree.entries.get("description")
    if found is None:
        raise tree.place.error("description is missing", 'a draft without a text says so: description: ""')
    if not isinstance(found, Leaf):
        raise found.place.error("description is text")
    return found.text


def _plain(tree: Tree, what: str) -> str:
    if not isinstance(tree, Leaf):
        raise tree.place.error(f"{what} is expected here")
    return tree.text


def _address(tree: Tree) -> str:
    text = _plain(tree, "an address")
    if not _ADDRESS.match(text):
        raise tree.place.error(f"not an address: {text[:60]!r}", "an address is 0x and 40 hex digits")
    if wrong_checksum(text):
        raise tree.place.error(f"the checksum of {text} is wrong (EIP-55)", "a digit was probably mistyped")
    return text.lower()


def _number(tree: Tree, pattern: re.Pattern[str], what: str) -> int:
    text = _plain(tree, what)
    if pattern.match(text):
        return int(text)
    if _HEX_NUMBER.match(text):
        return int(text, 16)
    raise tree.place.error(f"not {what}: {text[:60]!r}", "give it in digits, or as 0x and hex digits; no exponent")


def _wei(tree: Tree) -> int:
    found = _number(tree, _DECIMAL, "a number of wei")
    if found >= 1 << 256:
        raise tree.place.error("no number of wei is as large as 2^256")
    return found


def _data(tree: Tree) -> str:
    text = _plain(tree, "calldata")
    if not _HEX.match(text):
        raise tree.place.error(f"not calldata: {text[:60]!r}", "0x and an even number of hex digits")
    return text.lower()


# -------------------------------------------------------------------------------------------------- calldata


def _calldatas(tree: Table, targets: Branch) -> list[tuple[str, str]]:
    """Return for each call the signature that it carries, and the calldata that its target receives."""
    has_data, has_arguments = "calldatas" in tree.entries, "arguments" in tree.entries
    if has_data == has_arguments or (has_arguments and "signatures" not in tree.entries):
        what = "a draft has calldatas, or signatures with arguments"
        place = tree.keys.get("arguments") or tree.keys.get("calldatas") or tree.place
        raise place.error(what, "give calldatas; or signatures and, for each of them, its arguments")
    signatures: Sequence[str] = [""] * len(targets.items)
    if "signatures" in tree.entries:
        named = _list(tree, "signatures")
        _same_length(named, targets, "signatures")
        signatures = [_signature(one) for one in named.items]
    key = "calldatas" if has_data else "arguments"
    given = _list(tree, key)
    _same_length(given, targets, key)
    if has_data:
        return [
            (signature, full_calldata(signature, _data(one)))
            for signature, one in zip(signatures, given.items, strict=True)
        ]
    return [(signature, _encoded(signature, one)) for signature, one in zip(signatures, given.items, strict=True)]


def _signature(tree: Tree) -> str:
    text = _plain(tree, "a signature")
    if not text:
        return ""
    hint = "for instance transfer(address,uint256), without spaces and names of arguments"
    try:
        types = signature_types(text) if _NAME.match(text) else None
    except DecodeError:
        types = None
    if types is None or text.partition("(")[2] != ",".join(types) + ")":
        raise tree.place.error(f"not a signature: {text[:80]!r}", hint)
    return text


def _encoded(signature: str, tree: Tree) -> str:
    if not isinstance(tree, Branch):
        raise tree.place.error("the arguments of a call are a list")
    if not signature:
        if tree.items:
            raise tree.place.error("arguments without a signature", "a plain transfer has none: []")
        return "0x"
    types = signature_types(signature)
    if len(types) != len(tree.items):
        raise tree.place.error(f"{signature[:80]} takes {len(types)} arguments, {len(tree.items)} are given")
    values = [_argument(_kind(name, tree.place), item) for name, item in zip(types, tree.items, strict=True)]
    try:
        return full_calldata(signature, encode(types, values))
    except DecodeError as error:
        raise tree.place.error(str(error)) from None


def _kind(name: str, place: Place) -> ABIType:
    try:
        kind: ABIType = parse(name)
    except (ParseError, ValueError) as error:
        raise place.error(f"not an ABI type: {name[:60]!r}") from error
    return kind


def _argument(kind: ABIType, tree: Tree) -> Any:
    """Return one argument as the encoder takes it; numbers may be digits or hex, bytes are hex."""
    if kind.is_array:
        if not isinstance(tree, Branch):
            raise tree.place.error("a list is expected here")
        return [_argument(kind.item_type, item) for item in tree.items]
    if isinstance(kind, TupleType):
        if not isinstance(tree, Branch) or len(tree.items) != len(kind.components):
            raise tree.place.error(f"a list of {len(kind.components)} values is expected here")
        return tuple(_argument(part, item) for part, item in zip(kind.components, tree.items, strict=True))
    base = kind.base if isinstance(kind, BasicType) else ""
    if base == "address":
        return _address(tree)
    if base in ("uint", "int"):
        return _number(tree, _SIGNED, "a number")
    if base == "bool":
        return _truth(tree)
    if base in ("bytes", "function"):
        return _data(tree)
    return _plain(tree, "text")


def _truth(tree: Tree) -> bool:
    text = _plain(tree, "true or false")
    if text not in ("true", "false"):
        raise tree.place.error(f"neither true nor false: {text[:60]!r}")
    return text == "true"
