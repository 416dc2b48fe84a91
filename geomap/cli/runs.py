"""What the commands that read articles share: their inputs and output, the names met, the counts told at the end."""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from geomap.cli.parsing import limit
from geomap.cli.reporting import Reporter, count
from geomap.errors import UsageError

if TYPE_CHECKING:
    from geomap.incident_tables import Unresolved
    from geomap.pipeline import ArticleResult, Processing
    from geomap.settings import Settings

__all__ = [
    "INPUT_HELP",
    "UNRESOLVED_HELP",
    "Met",
    "Tally",
    "add_workers",
    "check_online",
    "check_unresolved",
    "exit_code",
    "output_file",
    "processing_of",
    "read_so_many",
    "save_unresolved",
    "tell_notes",
    "tell_placeless",
    "tell_undated",
    "tell_unresolved",
]

INPUT_HELP = (
    "a text or HTML file, a folder, JSON Lines, a table (.csv, .tsv, .xlsx, .parquet) of articles or of incidents, the"
    " address of a page (https://…), or - for standard input"
)
UNRESOLVED_HELP = "a .csv file to write the names of places to that a table has and no gazetteer knows, to be filled in"


class Met:
    """The names that a run meets, remembered for ``gazetteer add`` when it is done."""

    def __init__(self) -> None:
        from geomap.gazetteer.history import RunNames

        self.names = RunNames()

    def see(self, result: ArticleResult) -> None:
        """Note the toponyms of one article, or of rows of a table."""
        from geomap.pipeline import names_of

        self.names.add(names_of(result))

    def keep(self) -> None:
        """Write it down; a folder that cannot be written to costs only the hint."""
        from geomap.folders import state_folder

        self.names.write(state_folder())


# Results in order need no parts on disk: small slices keep all workers busy with a few dozen articles, and cost some
# milliseconds each beside 0.4 s of work with the model.
_SLICE = 8


def add_workers(made: argparse.ArgumentParser, more: str = "") -> None:
    """Add ``--workers`` to a command."""
    made.add_argument("--workers", metavar="N", type=limit, help="let N processes of this machine do the work" + more)


def processing_of(options: argparse.Namespace, settings: Settings) -> Processing | None:
    """What ``--workers`` asks for; None for this process alone. Raises :class:`~geomap.errors.UsageError`."""
    workers = getattr(options, "workers", None)
    if workers is None:
        return None
    from functools import partial

    from geomap.batch import Crew, process_in_workers
    from geomap.batch.running import check_settings
    from geomap.pipeline import Session

    crew = Crew(workers=workers, part_articles=_SLICE)
    # Now, and not when the first article has been read.
    check_settings(Session(settings), crew)
    return partial(process_in_workers, crew=crew)


def check_online(settings: Settings, reporter: Reporter) -> None:
    """Say, before anything is sent, what will be sent where."""
    if settings.online is not None:
        from geomap.online import parse_provider

        provider = parse_provider(settings.online)
        reporter.note(f"names that nothing resolves will be sent to {provider.host} (--online off keeps them here).")


Named = tuple[int, Sequence[str]]
"""How many articles something is true of, and the first few of them."""


def tell_undated(reporter: Reporter, undated: Named) -> None:
    """Name the articles that have no publication date, and say what to do."""
    if undated[0]:
        reporter.note(
            f"no publication date: {_shown(undated)}; relative dates such as 'on Sunday' stay unresolved there."
            " Give one with --published YYYY-MM-DD."
        )


def tell_placeless(reporter: Reporter, placeless: Named) -> None:
    """Name the articles in which no place was found."""
    if placeless[0]:
        reporter.note(f"no place was found in {_shown(placeless)}.")


def _shown(named: Named) -> str:
    number, ids = named
    return ", ".join(ids[:3]) + (f" and {number - 3:,} more" if number > 3 else "")


def exit_code(reporter: Reporter) -> int:
    """0 where every input gave a result, 3 where the run is done but at least one gave none."""
    return 3 if reporter.lost else 0


def tell_notes(reporter: Reporter) -> None:
    """Say why less was done for some articles, once for each reason with how many they are."""
    for note, articles in reporter.notes.items():
        reporter.note(f"{count(articles, 'article')} {note}.")


def read_so_many(articles: int, tables: int, rows: int) -> str:
    """What was read, in words: "3 articles and 1 table of 1,000 rows"."""
    parts = [count(articles, "article")] if articles or not tables else []
    if tables:
        parts.append(f"{count(tables, 'table')} of {count(rows, 'row')}")
    return " and ".join(parts)


# Names of places that are told one by one; the others as a number.
_TOLD = 5


def tell_unresolved(reporter: Reporter, unresolved: Sequence[Unresolved]) -> None:
    """Name the places of tables that no gazetteer knows, the most frequent first, and say what to do."""
    if not unresolved:
        return
    most = sorted(unresolved, key=lambda one: -one.rows)
    shown = ", ".join(f"'{one.name}'" + (f" ({one.country})" if one.country else "") for one in most[:_TOLD])
    more = f" and {len(most) - _TOLD:,} more" if len(most) > _TOLD else ""
    rows = sum(one.rows for one in most)
    why = f" (the first: {most[0].why})" if most[0].why else ""
    reporter.note(
        f"{count(len(most), 'place name')} in {count(rows, 'row')} not found: {shown}{more}{why}. Add one with: geomap"
        " gazetteer add NAME LAT,LON; or have all of them written to a file to fill in, with --unresolved FILE."
    )


def save_unresolved(options: argparse.Namespace, reporter: Reporter, unresolved: Sequence[Unresolved]) -> None:
    """Write the names to the file of ``--unresolved``, if one was asked for."""
    given = getattr(options, "unresolved", None)
    if given is None:
        return
    from geomap.gazetteer.importing.features import country_code
    from geomap.incident_tables import write_unresolved

    path = write_unresolved(unresolved, Path(given), lambda name: country_code(name) or "")
    reporter.note(
        f"{path} has {count(len(unresolved), 'name')} to fill in: give lon and lat, then run: geomap gazetteer import"
        f" {path}"
    )


def check_unresolved(options: argparse.Namespace) -> None:
    """Say before the work begins that ``--unresolved`` cannot be written."""
    given = getattr(options, "unresolved", None)
    if given is not None:
        from geomap.pipeline import check_target

        if Path(given).suffix.lower() != ".csv":
            raise UsageError(f"--unresolved {given}: the name must end in .csv.")
        check_target(Path(given), options.inputs)


class Tally:
    """Counts what passes through, for the summary at the end."""

    def __init__(self, reporter: Reporter) -> None:
        self.reporter = reporter
        self.articles = 0
        self._undated: list[str] = []
        self._placeless: list[str] = []
        self._counts = [0, 0]
        self.rows: Counter[str] = Counter()
        self.unresolved: list[Unresolved] = []
        self.met = Met()

    @property
    def undated(self) -> Named:
        """The articles without a publication date."""
        return self._counts[0], self._undated

    @property
    def placeless(self) -> Named:
        """The articles in which no place was found."""
        return self._counts[1], self._placeless

    def watch(self, results: Iterable[ArticleResult]) -> Iterable[ArticleResult]:
        """Pass ``results`` on, counting them."""
        from geomap.pipeline import Note

        for result in results:
            if result.listed is not None:
                self.rows[result.listed.name] += result.listed.rows
                self.unresolved.extend(result.listed.unresolved)
                self.met.see(result)
                yield result
                continue
            self.articles += 1
            note = Note.of(result)
            if note.undated:
                self._note(0, self._undated, note.doc_id)
            if note.placeless:
                self._note(1, self._placeless, note.doc_id)
            self.met.see(result)
            self.reporter.article(result)
            yield result
        self.met.keep()

    def _note(self, which: int, ids: list[str], doc_id: str) -> None:
        self._counts[which] += 1
        if len(ids) < 3:
            ids.append(doc_id)

    def close(self, found: str, *, dates: bool) -> int:
        """Tell the summary; the exit code is 1 where nothing was read, 3 where an input gave no result."""
        problems = self.reporter.problems
        if not self.articles and not self.rows:
            if not problems:
                self.reporter.line("there is no article in the input.")
            return 1
        if dates:
            tell_undated(self.reporter, self.undated)
        tell_notes(self.reporter)
        tell_placeless(self.reporter, self.placeless)
        tell_unresolved(self.reporter, self.unresolved)
        self.reporter.note(
            f"{read_so_many(self.articles, len(self.rows), sum(self.rows.values()))}, {found}"
            + (f"; {count(problems, 'problem')}, told above" if problems else "")
            + "."
        )
        return exit_code(self.reporter)


def output_file(options: argparse.Namespace, suffixes: tuple[str, ...]) -> Path | None:
    """The file to write, checked before the work begins; None for standard output."""
    from geomap.pipeline import check_target

    given = getattr(options, "output", None)
    if given is None or given == "-":
        return None
    target = Path(given)
    # A device or pipe has no suffix to go by and gets JSON Lines.
    if target.suffix.lower() not in suffixes and (target.is_file() or not target.exists()):
        raise UsageError(f"-o {given}: the name must end in {', '.join(suffixes[:-1])} or {suffixes[-1]}.")
    check_target(target, options.inputs)
    return target
