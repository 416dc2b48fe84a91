"""Strings that attack a page, its renderer or its reader, and incidents made of nothing else."""

from __future__ import annotations

from dataclasses import replace

from map_samples import sample_incidents

from geomap.records import Actor, Attribution, Incident, SourceQuote

HOSTILE: tuple[str, ...] = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "</SCRIPT ><img src=x onerror=alert(3)>",
    "<img src=x onerror=alert(4)>",
    "<svg onload=alert(5)><script>alert(5)</script></svg>",
    "<!--<script>",
    "--><script>alert(6)</script>",
    "]]><script>alert(7)</script>",
    "</title><script>alert(8)</script>",
    "</style><script>alert(9)</script>",
    "</noscript><script>alert(10)</script>",
    "<iframe srcdoc='<script>alert(11)</script>'></iframe>",
    "<a href=javascript:alert(12)>x</a>",
    "<meta http-equiv=refresh content='0;url=javascript:alert(13)'>",
    "<base href=https://example.net/>",
    "<style>@import 'https://example.net/x.css'</style>",
    "<link rel=stylesheet href=https://example.net/y.css>",
    '" onmouseover="alert(14)" x="',
    "' onfocus='alert(15)' autofocus x='",
    "{{7*7}}",
    "{{ cycler.__init__.__globals__.os.getpid() }}",
    "{% for x in range(9) %}x{% endfor %}",
    "{% raw %}",
    "{# c",
    "{{ x",
    "{%",
    "${alert(16)}",
    "`;alert(17);`",
    "`${alert(18)}`",
    "C:\\2019\\new\\temp",
    "\\u003cscript\\u003ealert(19)\\u003c/script\\u003e",
    "&lt;script&gt;alert(20)&lt;/script&gt;",
    "&amp;lt;img src=x onerror=alert(21)&amp;gt;",
    "line\u2028separator\u2029paragraph",
    "right\u202eto left\u202c and \u2066isolate\u2069",
    "zero\u200bwidth\ufeff",
    "Рaris with a Cyrillic letter",
    "nul \x00 bell \x07 escape \x1b[31m red",
    "lone surrogate \ud800 here",
    "=cmd|'/C calc'!A0",
    "@SUM(1+1)*cmd",
    "__proto__",
    "constructor",
    "e" + "\u0301" * 300,
    "x" * 10_000,
    "+1+cmd|' /C calc'!A0",
    "-2+3+cmd",
    "\t=1+1",
    '\r\n=HYPERLINK("https://example.net","x")',
    "''=1+1",
    "javascript:alert(22)",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgyMyk8L3NjcmlwdD4=",
    "%3Cscript%3Ealert(24)%3C/script%3E&id=x#t=y",
    "&#60;img src=x onerror=alert(25)&#62;",
    "<![CDATA[<script>alert(26)</script>",
    "<math><mtext><style><img src=x onerror=alert(27)></style></mtext></math>",
    "<template><script>alert(28)</script></template><plaintext>",
    "<xmp></textarea></select><button autofocus onfocus=alert(29)>",
    "{{ self._TemplateReference__context }}{%- set x = 7*7 -%}{{ x }}",
    "{n} {v} {0} %s %(x)s $1 $& \\1",
    "\\",
    '"',
    "'",
    "\u0645\u0631\u062d\u0628\u0627 \u05e9\u05dc\u05d5\u05dd (42)",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f3f4\U000e0067\U000e007f",
    "\ufffe\uffff\U0010ffff",
)

LINKS: tuple[str, ...] = (
    "javascript:alert(30)",
    " java\nscript:alert(31)",
    "JAVASCRIPT:alert(32)",
    "data:text/html,<script>alert(33)</script>",
    "vbscript:msgbox(34)",
    "file:///etc/passwd",
    "//example.net/x",
    "https://example.org/ok?a=<script>&b=\"'",
)


def hostile_incidents() -> list[Incident]:
    """One incident for each string, with the string in every field of text."""
    made = []
    for number, text in enumerate(HOSTILE):
        sample = sample_incidents()[1]
        spot = replace(
            sample.places[0],
            start=0,
            end=len(text),
            text=text,
            name=text,
            admin1=text,
            place_id=text,
            feature_code="PPL",
            lat=42.5 + number * 0.02,
            lon=20.5 + (number % 7) * 0.1,
            rule=text,
            reasons=(text,),
            alternatives=(text, text),
        )
        made.append(
            replace(
                sample,
                incident_id=f"h{number}-{text[:40]}",
                doc_id=text,
                quote=text,
                quote_start=0,
                quote_end=len(text),
                places=(spot,),
                attribution=Attribution(source=text, level="attributed"),
                actors=(Actor(start=0, end=len(text), text=text, role="agent"),),
                trigger=text,
                time_expression=text,
                date_reason=text,
                part_of_day=text,
                acled_sub_event=text,
                plover=text,
                sources=(
                    SourceQuote(
                        doc_id=text,
                        title=text,
                        source=text,
                        url=LINKS[number % len(LINKS)],
                        published=text,
                        quote=text,
                    ),
                ),
            )
        )
    return made
