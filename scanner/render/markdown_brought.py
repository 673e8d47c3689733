"""The DAO's response, hits on lists and the lists that were compared, as Markdown."""

from __future__ import annotations

from collections.abc import Iterator

from scanner.render.accountability_view import accountability_view
from scanner.render.lookup import Lookup
from scanner.render.markdown_text import code, inert

TEXT_LIMIT = 4_000
"""Characters of a response; report.html holds all of it, with its lines."""


def brought_blocks(lookup: Lookup) -> Iterator[str]:
    """Yield what a user brought along that a reader of the text must see; nothing where there is nothing."""
    t, view = lookup.t, accountability_view(lookup)
    if view.responses:
        yield f"## {t('accountability.response')}"
        yield "\n".join(
            f"- **{inert(one.about, 200)}** {f'({inert(one.by, 200)}) ' if one.by else ''}{inert(one.text, TEXT_LIMIT)}"
            for one in view.responses
        )
    if view.lists:
        yield f"## {t('lists.title')}"
        yield inert(t("lists.lead"), TEXT_LIMIT)
    if view.hits:
        yield "\n".join(
            f"- {code(hit.address)} {inert(hit.entity, 200)}: {inert(' '.join((hit.said, *hit.notes)), 600)}"
            f" · {inert(hit.relation, 200)}"
            for hit in view.hits
        )
    if view.lists:
        yield "\n".join(
            f"- {inert(one.name, 100)}, {inert(one.published, 40)}: {inert(one.age, 100)}"
            + (f", **{inert(t('lists.outdated'))}**" if one.stale else "")
            + f", SHA-256 {code(one.sha256)}"
            for one in view.lists
        )
