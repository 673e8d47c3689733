"""The template environment: every value is made visible and escaped on its way into a page."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from hashlib import sha256
from itertools import groupby
from operator import itemgetter
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup

from scanner.content import reports_dir
from scanner.locale.locale import Locale
from scanner.locale.phrase import Phrase, Slot
from scanner.render.bidi import foreign, has_rtl, isolated
from scanner.render.text import Exact, line, readable, visible


def _text(t: Locale, value: str) -> str:
    """Return text as the page shows it, before it is escaped."""
    if isinstance(value, Exact):
        return visible(value)
    if not t.rtl:
        return readable(value)
    if isinstance(value, Phrase):
        runs = (
            ("".join(text for text, _ in run), is_foreign) for is_foreign, run in groupby(value.parts, itemgetter(1))
        )
        shown = ((readable(text), is_foreign) for text, is_foreign in runs)
        return "".join(foreign(text) if is_foreign else isolated(text) for text, is_foreign in shown)
    return isolated(readable(value))


def _finalizer(t: Locale) -> Callable[[Any], Any]:
    def finalize(value: Any) -> Any:
        """Make what an expression gives fit for a page; nothing but text and whole numbers gets through."""
        if isinstance(value, Undefined):
            return str(value)  # raises: the template names something that is not there
        if isinstance(value, Markup):
            return value
        if isinstance(value, str):
            return _text(t, value)
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
        raise TypeError(f"a template printed a {type(value).__name__}")

    return finalize


def _told(t: Locale) -> Callable[..., Markup]:
    finalize = _finalizer(t)

    def told(key: str, /, **values: Any) -> Markup:
        """Return the words of `key` as markup: for the inside of an element, never for an attribute.

        Values may be markup that the template made; everything else is escaped, the words themselves as well.
        """
        pieces, lang = t.pieces(key, values.get("n"))
        made = Markup()
        for piece in pieces:
            if not isinstance(piece, Slot):
                made += Markup.escape(isolated(piece) if t.rtl and not lang else piece)
                continue
            value = values[piece.name]
            shown = t.number(value) if isinstance(value, int) and not isinstance(value, bool) else value
            if t.rtl and isinstance(shown, str) and not isinstance(shown, (Markup, Phrase)):
                shown = Phrase(((shown, True),))
            made += Markup.escape(finalize(shown))
        if lang:
            return Markup('<bdi lang="{}" dir="ltr">{}</bdi>').format(lang, made)
        return made

    return told


def _said(t: Locale) -> Callable[[str], Markup | str]:
    def said(text: str) -> Markup | str:
        """A text of a rule or of the snapshot: in a right-to-left page, English is marked as such."""
        if not t.rtl or not text:
            return text
        if has_rtl(text) or not any(letter.isascii() and letter.isalpha() for letter in text):
            return Markup.escape(_text(t, text))
        return Markup('<bdi dir="ltr" lang="en">{}</bdi>').format(readable(text))

    return said


def _name(t: Locale) -> Callable[[str], Markup | str]:
    def name(text: str) -> Markup | str:
        """A name from the chain, set apart from the words around it."""
        return Markup("<bdi>{}</bdi>").format(readable(text)) if t.rtl and text else text

    return name


def _lines(text: str) -> Markup:
    """Keep the line feeds of `text`; everything else is made visible."""
    return Markup.escape(readable(text, lines=True))


def _code(text: str) -> Markup:
    """One line of source: tabs become spaces, the rest is made visible."""
    return Markup.escape(readable(text, limit=400, lines=True)) or Markup(" ")


def environment(t: Locale) -> Environment:
    """Return the environment for pages in the language of `t`.

    Templates have `t(key, …)` for the inside of elements and `ta(key, …)` for attributes, and the filters `said` (texts
    of rules and of the snapshot), `name` (names from the chain), `lines`, `code_line`, `one_line`, and `exact` for what
    a program reads, such as a selector in an attribute: no isolate is put into it.
    """
    made = Environment(
        loader=FileSystemLoader(reports_dir() / "templates", encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalizer(t),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.globals["t"] = _told(t)
    made.globals["ta"] = t
    made.globals["lang"] = t.lang
    made.globals["dir"] = t.header.direction
    made.filters["said"] = _said(t)
    made.filters["name"] = _name(t)
    made.filters["lines"] = _lines
    made.filters["code_line"] = _code
    made.filters["one_line"] = line
    made.filters["exact"] = Exact
    return made


def style(*more: str) -> str:
    """Return the style sheet as it goes into the page: without indentation; with `more` sheets after that of all."""
    texts = [(reports_dir() / "styles" / f"{name}.css").read_text(encoding="utf-8") for name in ("report", *more)]
    lines = [line.strip() for text in texts for line in text.splitlines()]
    return "\n".join(line for line in lines if line and not line.startswith("/*"))


def script() -> str:
    """Return the page's only script as it goes into the page: without indentation and lines of comment."""
    lines = (reports_dir() / "scripts" / "report.js").read_text(encoding="utf-8").splitlines()
    return "\n".join(line.strip() for line in lines if line.strip() and not line.strip().startswith("//"))


def content_policy(css: str, program: str) -> str:
    """Return the Content-Security-Policy of a page: this style, this script, and no request to anywhere."""
    return (
        f"default-src 'none'; style-src '{_digest(css)}'; script-src '{_digest(program)}'; img-src data:;"
        " base-uri 'none'; form-action 'none'"
    )


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode('ascii')}"


def render_page(t: Locale, template: str, sheets: Sequence[str] = (), **values: Any) -> str:
    """Return a whole page with its style and its script inside, under a policy that allows nothing else.

    `sheets` names what it wants beside the style of all pages.
    """
    css, program = style(*sheets), script()
    policy = content_policy(css, program)
    page: str = (
        environment(t)
        .get_template(template)
        .render(css=Markup(css), program=Markup(program), content_policy=Markup(policy), **values)
    )
    return page
