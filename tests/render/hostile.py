"""Text that tries to break out of a page or a terminal."""

from __future__ import annotations

from collections.abc import Callable

STRINGS = (
    "<script>document.title='ran'</script>",
    "<img src=x onerror=\"document.title='ran'\">",
    "<svg onload=\"document.title='ran'\"><script>1</script></svg>",
    '"><a href="javascript:document.title=\'ran\'">x</a>',
    "' onmouseover='document.title=1' style='background:url(http://203.0.113.1/x)",
    "javascript:document.title='ran'",
    'https://203.0.113.1/phish"onclick="1',
    "</title></style></textarea></pre></svg><iframe src=http://203.0.113.1></iframe>",
    "<link rel=stylesheet href=http://203.0.113.1/x.css><meta http-equiv=refresh content='0;url=http://203.0.113.1'>",
    "<base href=http://203.0.113.1/><form action=http://203.0.113.1><input autofocus onfocus=document.title=1>",
    "{{ 7 * 7 }}{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "${7*7}#{7*7}<%= 7*7 %>",
    "</script><script>document.title='ran'</script>",
    "<svg><style><img src=x onerror=document.title='ran'></style></svg><math><mtext><script>1</script></mtext></math>",
    "<details open ontoggle=document.title='ran'><summary>x</summary></details><template><script>1</script></template>",
    "&#60;script&#62;document.title='ran'&#60;/script&#62; &lt;b&gt; +ADw-script+AD4-",
    "data:text/html,<script>document.title='ran'</script> vbscript:x JaVaScRiPt:document.title='ran'",
    "<input id=theme name=hidden><form id=proposal-list><output class=tools data-rows=*>",
    "@import url(http://203.0.113.1/x.css); } * { background: url(http://203.0.113.1/x) }",
    "]]><!--<script>document.title='ran'</script>-->",
    "\u202e0xdeadbeef\u202c \u2066swap\u2069 \u200b\u200f",
    "nul \x00 bell \x07 escape \x1b]8;;http://203.0.113.1\x07link\x1b]8;;\x07 \x1b[2J",
    "lone \ud800 surrogate \udfff",
    "A" * 1_000_000,
    "word " * 100_000,
    "Z" + "\u0300\u0301\u0302" * 400,
    "[/foo] [red]markup[/red] [link=http://203.0.113.1]x[/link] :smile:",
    '=HYPERLINK("http://203.0.113.1")',
    "`$(touch x)`; rm -rf . #",
    "الاسم العربي مع نص",
    "",
)


def rotating() -> Callable[[str], str]:
    """Return a source of these strings that gives each in turn."""
    count = -1

    def text(_: str) -> str:
        nonlocal count
        count += 1
        return STRINGS[count % len(STRINGS)]

    return text
