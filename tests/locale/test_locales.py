"""The locale files: the same keys and slots in each, plain words only, and every key that is asked for."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from scanner.content import reports_dir
from scanner.judge.wording import check
from scanner.locale import locale as locale_module
from scanner.locale.load import ENGLISH, LocaleError, languages, load_locale, read_locale
from scanner.locale.locale import Text
from scanner.locale.phrase import Phrase, slots
from scanner.locale.quantities import amount, duration, percent, share, utc
from scanner.model.errors import UsageError

ROOT = Path(locale_module.__file__).resolve().parents[1]
EN, AR = load_locale(), load_locale("ar")
OTHERS = [lang for lang in languages() if lang != ENGLISH]
HIDDEN = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
CALLED = re.compile(r"""\b(?:t|ta|EN)\(\s*"([a-z_]+(?:\.[A-Za-z0-9_-]+)+)\"""")
CALLED_SINGLE = re.compile(r"""\b(?:t|ta)\(\s*'([a-z_]+(?:\.[A-Za-z0-9_-]+)+)'""")
ATTRIBUTE = re.compile(r"""[a-z-]+="[^"]*\{\{[^}]*\bt\(""")
HEADER = "language: {code: xx, name: X, direction: ltr, plural: one-other, group: ',', decimal: .}\n"


def forms(text: Text) -> tuple[frozenset[str], ...]:
    return (slots(text),) if isinstance(text, tuple) else tuple(slots(one) for one in text.values())


def test_english_and_arabic_are_there() -> None:
    assert languages()[:2] == ("en", "ar")
    assert (EN.lang, EN.rtl, AR.lang, AR.rtl) == ("en", False, "ar", True)


@pytest.mark.parametrize("lang", OTHERS)
def test_every_language_has_every_key(lang: str) -> None:
    assert set(load_locale(lang).texts) == set(EN.texts)


@pytest.mark.parametrize("lang", OTHERS)
def test_slots_agree(lang: str) -> None:
    """A form for one or two may say the number in a word; every other slot stands in every form."""
    for key, text in load_locale(lang).texts.items():
        english = frozenset[str]().union(*forms(EN.texts[key]))
        own = forms(text)
        assert frozenset[str]().union(*own) == english, key
        said = [one for one in own if one or len(own) == 1]
        assert all(one | {"n"} == english | {"n"} for one in said), key


@pytest.mark.parametrize("lang", languages())
def test_texts_are_plain_words(lang: str) -> None:
    for key, text in load_locale(lang).texts.items():
        for pieces in (text,) if isinstance(text, tuple) else text.values():
            said = "".join(piece for piece in pieces if isinstance(piece, str))
            assert not re.search(r"[<>{}\n]|&\w+;", said), key
            assert not HIDDEN.search(said), key
            assert check(said) == [], key


def test_every_key_that_is_asked_for_is_there() -> None:
    asked: set[str] = set()
    for path in [*ROOT.rglob("*.py"), *reports_dir().rglob("*.j2")]:
        content = path.read_text(encoding="utf-8")
        asked |= set(CALLED.findall(content)) | set(CALLED_SINGLE.findall(content))
    assert len(asked) > 400
    assert {key for key in asked if not key.endswith("_")} - set(EN.texts) == set()


def test_attributes_take_text_and_not_markup() -> None:
    for path in reports_dir().rglob("*.j2"):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            assert not ATTRIBUTE.search(line), f"{path.name}:{number}: an attribute takes ta(…)"


def test_templates_hold_no_words_of_their_own() -> None:
    for path in reports_dir().rglob("*.j2"):
        bare = re.sub(r"\{[{%#].*?[}%#]\}|<[^>]*>|&\w+;", " ", path.read_text(encoding="utf-8"), flags=re.S)
        words = set(re.findall(r"[A-Za-z]{3,}", bare)) - {"daoscan", "ETH_RPC_URL", "ETH", "RPC", "URL", "SHA"}
        words -= {"report", "snapshot", "json", "verify", "rpc", "url", "RPC_URL", "doctype", "html"}
        assert words == set(), path.name


def test_slots_take_words_numbers_and_what_others_wrote() -> None:
    said = AR("remark", text=AR.own("نص"), remark="Vault")
    assert isinstance(said, Phrase)
    assert said == "نص (Vault)"
    assert [foreign for _, foreign in said.parts] == [False, False, True, False]
    assert AR("count.contract", n=0) == "لا عقود"
    assert AR("count.contract", n=2) == "عقدان"
    assert AR("count.contract", n=7) == "7 عقود"
    assert AR("count.contract", n=1211) == "1,211 عقدًا"
    assert EN("count.contract", n=1) == "1 contract"
    with pytest.raises(KeyError):
        EN("count.contract")
    with pytest.raises(KeyError):
        EN("no.such.key")


def test_quantities_in_arabic() -> None:
    assert duration(AR, 172800) == "يومان"
    assert duration(AR, 129600) == "يوم واحد و12 ساعة"
    assert duration(AR, 90061).startswith("نحو ")
    assert AR.rounded(duration(AR, 90061))
    assert not AR.rounded(duration(AR, 86400))
    assert AR.rounded(amount(AR, 1234567, 6, "X"))
    assert percent(AR, 1005) == "10.05%"
    assert share(AR, 0) == "أقل من 0.01%"
    assert utc(AR, 0) == "1970-01-01 00:00:00 UTC"
    assert amount(AR, 15 * 10**17, 18, "ETH") == "1.5 ETH"
    assert amount(AR, 15 * 10**17, 18, "ETH").parts == (("1.5 ETH", True),)
    assert amount(AR, 3, 0, AR("unit.votes")) == "3 صوت"


def test_digits_are_grouped_as_the_language_groups_them(tmp_path: Path) -> None:
    text = "language: {code: de, name: D, direction: ltr, plural: one-other, group: ., decimal: ','}\nx: {y: z}\n"
    (tmp_path / "de.yaml").write_text(text)
    german = read_locale(tmp_path / "de.yaml", EN)
    assert german.number(1234567) == "1.234.567"
    assert german.number(10**20) == "≈ 1,000 × 10^20"
    assert percent(german, 1005) == "10,05%"
    assert amount(german, 123456789, 6, "X") == "≈ 123,4567 X"


def test_a_language_that_is_not_complete_falls_back_to_english_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "xx.yaml").write_text(HEADER + "answer: {'yes': ja}\n")
    half = read_locale(tmp_path / "xx.yaml", EN)
    assert (half("answer.yes"), half("answer.yes").lang) == ("ja", "")
    assert (half("answer.no"), half("answer.no").lang) == ("no", "en")
    assert half("count.key", n=2) == "2 keys"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a: b\n", "no 'language'"),
        ("language: {code: xx}\na: b\n", "'language' needs"),
        (HEADER.replace("one-other", "two-three"), "what cannot be"),
        (HEADER.replace("ltr", "up"), "what cannot be"),
        (HEADER.replace("code: xx", "code: yy"), "what cannot be"),
        (HEADER + "a: {one: x}\n", "a needs the forms one, other"),
        (HEADER + "a: [x]\n", "a is no text"),
        (HEADER + "a: x\na: y\n", "cannot be read"),
        (HEADER + "a: {b\n", "cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used_is_an_error(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "xx.yaml"
    path.write_text(text)
    with pytest.raises(LocaleError, match=re.escape(said)):
        read_locale(path, EN)


@pytest.mark.parametrize("lang", ["xx", "../en", "", "EN"])
def test_a_language_that_is_not_there(lang: str) -> None:
    with pytest.raises(UsageError, match="no such language"):
        load_locale(lang)
