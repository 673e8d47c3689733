"""The template environment: every value is made visible and escaped on its way into a page."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Undefined
from markupsafe import Markup

from scanner.content import reports_dir
from scanner.render.text import Exact, line, readable, visible


def _finalize(value: Any) -> Any:
    """Make what an expression gives fit for a page; nothing that is not text or a whole number gets through."""
    if isinstance(value, Undefined):
        return str(value)  # raises: the template names something that is not there
    if isinstance(value, Markup):
        return value
    if isinstance(value, Exact):
        return visible(value)
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise TypeError(f"a template printed a {type(value).__name__}")


def _lines(text: str) -> Markup:
    """Keep the line feeds of `text`; everything else is made visible."""
    return Markup.escape(readable(text, lines=True))


def _code(text: str) -> Markup:
    """One line of source: tabs become spaces, the rest is made visible."""
    return Markup.escape(readable(text, limit=400, lines=True)) or Markup(" ")


def environment() -> Environment:
    """Return the environment with its filters."""
    made = Environment(
        loader=FileSystemLoader(reports_dir() / "templates", encoding="utf-8"),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_finalize,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters["lines"] = _lines
    made.filters["code_line"] = _code
    made.filters["one_line"] = line
    return made


def style() -> str:
    """Return the style sheet, as it goes into the page."""
    return (reports_dir() / "styles" / "report.css").read_text(encoding="utf-8").strip()


def render_page(template: str, **values: Any) -> str:
    """Return a whole page with its style inside and a Content-Security-Policy that allows only that style."""
    css = style()
    digest = b64encode(sha256(css.encode()).digest()).decode("ascii")
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    page: str = environment().get_template(template).render(css=Markup(css), policy=Markup(policy), **values)
    return page
