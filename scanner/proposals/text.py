"""What a proposal's text names: addresses, amounts, functions, links and content ids. Nothing is fetched.

Names are sets to compare with what the calls do. What the text argues, believes or asks for is not looked at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

MAX_CHARACTERS = 2_000_000
"""Of a longer text what it names is left unknown: to read half of it would make the other half look absent."""

MAX_REFERENCES = 50
"""Links and content ids that are kept to be shown; all of them are counted."""

_PROPOSER_SUFFIX = re.compile(r"#proposer=0x[0-9a-fA-F]{40}\Z")

# Each pattern begins with a plain character, and what stands before a match is looked at afterwards: so the search is
# an order of magnitude faster than with a condition on what goes before.
_ADDRESS = re.compile(r"0x([0-9a-fA-F]{40})(?![0-9a-fA-F])")
_SHORTENED = re.compile(r"0x([0-9a-fA-F]{2,12})(?:…|\.{2,4})([0-9a-fA-F]{3,12})(?![0-9a-fA-F])")
_HASH = re.compile(r"0x[0-9a-fA-F]{64}(?![0-9a-zA-Z])")
_CONTENT_IDS = (
    re.compile(r"Qm[1-9A-HJ-NP-Za-km-z]{44}(?![0-9A-Za-z])"),
    re.compile(r"baf[a-z2-7]{50,70}(?![0-9A-Za-z])"),
)
_LINK_END = re.compile(r"://[^\s<>\"'`\\^{}|\])]{1,2000}")
_SCHEMES = ("https", "http", "ipfs", "ar", "bzz")
_NUMBER = re.compile(
    r"(\d(?:\d{0,2}(?:[,'’\u00a0\u202f ]\d{3})+(?!\d)|\d{0,79}))(?:\.(\d{1,30}))?"
    r"(?:\s?(k|K|m|M|mm|MM|b|B|bn|thousand|million|mln|billion)\b)?(?:\s{0,2}\$?([A-Za-z]{2,12})\b)?"
)
_PLACES = 30
_ONE = 10**_PLACES
_MULTIPLIERS = {"k": 3, "thousand": 3, "m": 6, "mm": 6, "million": 6, "mln": 6, "b": 9, "bn": 9, "billion": 9}
_KIND = r"(?:u?int\d{0,3}|address|bool|string|bytes\d{0,2})(?:\[\d{0,3}\]){0,2}"
_ARGUMENTS = re.compile(rf"\({_KIND}(?: ?, ?{_KIND}){{0,12}}\)")
_NAME_BEFORE = re.compile(r"[A-Za-z_$][\w$]{1,60}\Z")

_BIDIRECTIONAL_OR_EMPTY = frozenset(
    chr(code)
    for first, last in ((0x200B, 0x200C), (0x200E, 0x200F), (0x202A, 0x202E), (0x2060, 0x2064), (0x2066, 0x206F))
    for code in range(first, last + 1)
) | {"\ufeff"}
_JOINER = "\u200d"
_JOINER_ELSEWHERE = re.compile("(?<![\ufe0f\u2190-\U0001faff])\u200d")
_ALIKE = frozenset("асеорухіјѕһԁԛԝАВЕЅІЈКМНОРСТУХ" + "οορνυαικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ")
_OF_ALIKE = "".join(sorted(_ALIKE))
_MIXED = re.compile(f"[A-Za-z][{_OF_ALIKE}]|[{_OF_ALIKE}][A-Za-z]|0[хХ][0-9A-Fa-f]{{3}}")
_LETTERS_OF_A_TEXT = 40


@dataclass(frozen=True)
class Text:
    """A description without the proposer suffix. `whole`: it is short enough to be read to its end."""

    content: str
    whole: bool = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "whole", len(self.content) <= MAX_CHARACTERS)

    @property
    def length(self) -> int:
        """Characters without the space around the text."""
        return len(self.content.strip())

    @cached_property
    def _characters(self) -> frozenset[str]:
        return frozenset() if self.content.isascii() else frozenset(self.content)

    @cached_property
    def hidden(self) -> bool:
        """Whether bidirectional or zero-width control characters stand in it; a joiner within an emoji is none."""
        if self._characters & _BIDIRECTIONAL_OR_EMPTY:
            return True
        return _JOINER in self._characters and bool(_JOINER_ELSEWHERE.search(self.content))

    @cached_property
    def mixed_scripts(self) -> bool:
        """Whether a word mixes Latin letters with Cyrillic or Greek ones of the same shape."""
        return bool(self._characters & _ALIKE) and bool(_MIXED.search(self.content))

    @cached_property
    def addresses(self) -> frozenset[str]:
        """Addresses that are written out, in lower case, also inside links."""
        return frozenset(f"0x{found.lower()}" for found in _ADDRESS.findall(self.content))

    @cached_property
    def shortened(self) -> tuple[tuple[str, str], ...]:
        """Beginnings and ends of addresses written as 0x1234…abcd."""
        return tuple(sorted({(a.lower(), b.lower()) for a, b in _SHORTENED.findall(self.content)}))

    @cached_property
    def amounts(self) -> dict[int, frozenset[str]]:
        """Numbers, in units of 10^-30, with the words that follow them in upper case; empty where none follows."""
        found: dict[int, set[str]] = {}
        for match in _NUMBER.finditer(self.content):
            if self._goes_on_before(match.start(), "_.,"):
                continue
            whole, decimals, multiplier, word = match.groups()
            value = int(whole if whole.isdigit() else re.sub(r"[^0-9]", "", whole)) * _ONE
            if decimals:
                value += int(decimals.ljust(_PLACES, "0"))
            if multiplier:
                value *= 10 ** _MULTIPLIERS[multiplier.lower()]
            found.setdefault(value, set()).add(word.upper() if word else "")
        return {value: frozenset(words) for value, words in found.items()}

    def _goes_on_before(self, start: int, also: str = "") -> bool:
        before = self.content[start - 1] if start else " "
        return before.isalnum() or before in also

    @cached_property
    def signatures(self) -> frozenset[str]:
        """Functions that are written with the types of their arguments."""
        found: set[str] = set()
        for match in _ARGUMENTS.finditer(self.content):
            name = _NAME_BEFORE.search(self.content, max(0, match.start() - 61), match.start())
            if name:
                found.add(name.group() + match.group().replace(" ", ""))
        return frozenset(found)

    @cached_property
    def links(self) -> tuple[str, ...]:
        """Different links in the order of the text, without the punctuation that ends a sentence."""
        found: dict[str, None] = {}
        for match in _LINK_END.finditer(self.content):
            head = self.content[max(0, match.start() - 5) : match.start()]
            scheme = next((one for one in _SCHEMES if head.endswith(one)), "")
            if scheme:
                found[scheme + match.group().rstrip(".,;:!?*_")] = None
        return tuple(found)

    @cached_property
    def content_ids(self) -> tuple[tuple[str, str], ...]:
        """(kind, value) of IPFS content ids and of 32-byte hashes, each once."""
        found: dict[tuple[str, str], None] = {}
        for kind, pattern in (*(("content id", one) for one in _CONTENT_IDS), ("hash", _HASH)):
            for match in pattern.finditer(self.content):
                if not self._goes_on_before(match.start()):
                    found[(kind, match.group())] = None
        return tuple(found)

    @cached_property
    def points_elsewhere(self) -> bool:
        """Whether there is next to nothing besides links, content ids and hashes."""
        if not (self.links or self.content_ids) or self.length > 4_000:
            return False
        rest = self.content
        for found in (*self.links, *(value for _, value in self.content_ids)):
            rest = rest.replace(found, "")
        return sum(map(str.isalpha, rest)) < _LETTERS_OF_A_TEXT

    @property
    def references(self) -> tuple[tuple[str, str], ...]:
        """The first links and content ids, each with its kind."""
        return (*(("link", one) for one in self.links), *self.content_ids)[:MAX_REFERENCES]

    def names(self, address: str) -> bool:
        """Whether the text names an address, written out or shortened with at least six of its digits."""
        return address in self.addresses or any(
            address.startswith(f"0x{first}") and address.endswith(last) and len(first) + len(last) >= 6
            for first, last in self.shortened
        )

    def names_function(self, signature: str) -> bool:
        """Whether it names a function: by its name, where that cannot be an ordinary word, or as code."""
        name = signature.partition("(")[0]
        if not name or name not in self.content:
            return False
        odd = "_" in name or any(letter.isupper() or letter.isdigit() for letter in name[1:])
        before, after = r"(?<![\w$])", r"(?![\w$])"
        if odd:
            return bool(re.search(before + re.escape(name) + after, self.content))
        return bool(re.search(rf"{before}{re.escape(name)}\(|`{re.escape(name)}`", self.content))

    def names_amount(self, amount: int, decimals: int | None, symbol: str, symbols: frozenset[str]) -> bool:
        """Whether it names an amount of an asset, raw or in whole units.

        A number that another one of `symbols` follows is an amount of that other asset.
        """
        values = [amount * _ONE]
        if decimals is not None and 0 < decimals <= _PLACES:
            values.append(amount * 10 ** (_PLACES - decimals))
        return any(
            word == symbol.upper() or word not in symbols for value in values for word in self.amounts.get(value, ())
        )


def read_text(description: str) -> Text:
    """Return the text of a description: OpenZeppelin's `#proposer=0x…` at its end says who may propose it."""
    return Text(_PROPOSER_SUFFIX.sub("", description))
