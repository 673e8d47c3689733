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
    r"(\d(?:\d{0,2}(?:[,'’\u00a0\u202f ]\d{3})+(?!\d)|\d{0,79}))(?:\.(\d{1,30}))?(?!\d|\.\d)"
    r"(?:\s?(k|K|m|M|mm|MM|b|B|bn|thousand|million|mln|billion)\b)?(?:\s{0,2}\$?([A-Za-z]{2,12})\b)?"
)
_BETWEEN_DIGITS = "[.,'’\u00a0\u202f ]?"
_DIGITS_SOUGHT = 8
_SOUGHT = 4
_LONG_TEXT = 2_000
"""In a long text few amounts are looked for one by one; for more of them all of its numbers are read."""
_PLACES = 30
_ONE = 10**_PLACES
_MULTIPLIERS = {"k": 3, "thousand": 3, "m": 6, "mm": 6, "million": 6, "mln": 6, "b": 9, "bn": 9, "billion": 9}
_KIND = r"(?:u?int\d{0,3}|address|bool|string|bytes\d{0,2})(?:\[\d{0,3}\]){0,2}"
_ARGUMENTS = re.compile(rf"\({_KIND}(?: ?, ?{_KIND}){{0,12}}\)")
_NAME_BEFORE = re.compile(r"[A-Za-z_$][\w$]{1,60}\Z")

_HIDDEN = re.compile("[\u200b\u200c\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff]")
_JOINER = "\u200d"
_JOINER_ELSEWHERE = re.compile("(?<![\ufe0f\u2190-\U0001faff])\u200d")
_ALIKE = "асеорухіјѕһԁԛԝАВЕЅІЈКМНОРСТУХ" + "οορνυαικΑΒΕΖΗΙΚΜΝΟΡΤΥΧ"
_MIXED = re.compile(f"[A-Za-z][{_ALIKE}]|[{_ALIKE}][A-Za-z]|0[хХ][0-9A-Fa-f]{{3}}")
_LETTERS_OF_A_TEXT = 40


@dataclass(frozen=True)
class Text:
    """A description without the proposer suffix. `whole`: it is short enough to be read to its end."""

    content: str
    whole: bool = field(init=False)
    _sought: set[int] = field(default_factory=set, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "whole", len(self.content) <= MAX_CHARACTERS)

    @property
    def length(self) -> int:
        """Characters without the space around the text."""
        return len(self.content.strip())

    @cached_property
    def hidden(self) -> bool:
        """Whether bidirectional or zero-width control characters stand in it; a joiner within an emoji is none."""
        if self.content.isascii():
            return False
        if _HIDDEN.search(self.content):
            return True
        return _JOINER in self.content and bool(_JOINER_ELSEWHERE.search(self.content))

    @cached_property
    def mixed_scripts(self) -> bool:
        """Whether a word mixes Latin letters with Cyrillic or Greek ones of the same shape."""
        if self.content.isascii() or not any(letter in self.content for letter in _ALIKE):
            return False
        return bool(_MIXED.search(self.content))

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

    def _may_name(self, amount: int) -> bool:
        """Look for the digits of an amount first: units only move its point. Most amounts are not there."""
        if len(self.content) < _LONG_TEXT or len(self._sought) >= _SOUGHT:
            return True
        self._sought.add(amount)
        digits = str(amount).strip("0")
        return re.search(_BETWEEN_DIGITS.join(digits[:_DIGITS_SOUGHT]), self.content) is not None

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
        at = self.content.find(name)
        while at >= 0:
            end = at + len(name)
            before, after = self.content[max(0, at - 1) : at], self.content[end : end + 1]
            as_code = after == "(" or (before == "`" and after == "`")
            if not _is_of_a_word(before) and not _is_of_a_word(after) and (odd or as_code):
                return True
            at = self.content.find(name, end)
        return False

    def names_amount(self, amount: int, decimals: int | None, symbol: str, symbols: frozenset[str]) -> bool:
        """Whether it names an amount of an asset, raw or in whole units.

        A number that another one of `symbols` follows is an amount of that other asset.
        """
        if "amounts" not in self.__dict__ and not self._may_name(amount):
            return False
        values = [amount * _ONE]
        if decimals is not None and 0 < decimals <= _PLACES:
            values.append(amount * 10 ** (_PLACES - decimals))
        return any(
            word == symbol.upper() or word not in symbols for value in values for word in self.amounts.get(value, ())
        )


def _is_of_a_word(character: str) -> bool:
    return character.isalnum() or character in ("_", "$") if character else False


def read_text(description: str) -> Text:
    """Return the text of a description: OpenZeppelin's `#proposer=0x…` at its end says who may propose it."""
    return Text(_PROPOSER_SUFFIX.sub("", description))
