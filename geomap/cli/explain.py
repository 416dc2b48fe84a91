"""``geomap explain``: why each name of an article was resolved as it was."""

from __future__ import annotations

import argparse
import sys
from typing import Any

from geomap.cli.parsing import command, settings_of
from geomap.cli.reporting import Reporter, count, is_terminal, plain, write_stdout

__all__ = ["add_commands"]


def add_commands(commands: Any, run: argparse.ArgumentParser) -> None:
    """Add the command to the parser; ``run`` holds the options of the commands that read articles."""
    made = command(commands, "explain", "say of each name of the articles why it was resolved as it was", run)
    made.add_argument(
        "inputs",
        nargs="+",
        metavar="INPUT",
        help="a text or HTML file, a folder, JSON Lines with a 'text' field, or - for standard input",
    )
    made.add_argument("--mention", metavar="TEXT", help="explain this name only")
    made.add_argument("--json", action="store_true", help="print JSON Lines instead of words")
    made.set_defaults(function=_explain)


def _explain(options: argparse.Namespace, reporter: Reporter) -> int:
    from dataclasses import replace

    from geomap.explaining import explain_articles, explanation_lines, explanation_record
    from geomap.outputs import json_line
    from geomap.pipeline import Session

    # What nothing resolves is not sent anywhere for an explanation.
    settings = replace(settings_of(options), online=None)
    mention = getattr(options, "mention", None)
    if is_terminal(sys.stdout):
        reporter.finish()
    articles = mentions = 0
    with Session(
        settings, progress=reporter.progress, on_warning=reporter.warning, on_fetch=reporter.fetching
    ) as session:
        read = session.read(options.inputs, on_error=reporter.error)
        for explained in explain_articles(session, read, mention=mention, on_error=reporter.error):
            articles += 1
            mentions += len(explained.explanations)
            if getattr(options, "json", False):
                write_stdout(json_line(explanation_record(explained)).encode() + b"\n")
                continue
            if mention is not None and not explained.explanations:
                continue
            lines = [explained.article.doc_id, *explanation_lines(explained), ""]
            write_stdout("".join(plain(line) + "\n" for line in lines).encode("utf-8", "backslashreplace"))
    if not articles:
        if not reporter.reported:
            reporter.line("there is no article in the input.")
        return 1
    if mention is not None and not mentions:
        reporter.line(f"no mention of '{plain(mention)}' was found.")
    reporter.note(f"{count(articles, 'article')}, {count(mentions, 'mention')} explained.")
    return 0
