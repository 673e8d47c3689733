"""The difference of two snapshots as one self-contained page."""

from __future__ import annotations

from scanner.locale.locale import Locale
from scanner.model.difference import Difference
from scanner.render.diff_view import diff_view
from scanner.render.page import render_page


def diff_html(found: Difference, t: Locale) -> str:
    """Return the difference as HTML: the same bytes for the same inputs."""
    return render_page(t, "diff.html.j2", view=diff_view(found, t))
