"""From the incidents of a run to one HTML file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from geomap.drawing import Drawing
from geomap.errors import GeomapError, UsageError
from geomap.pipeline.processing import (
    ArticleResult,
    OnArticle,
    OnError,
    OnFetch,
    OnNote,
    OnWarning,
    Progress,
    is_coded,
    is_located,
)
from geomap.pipeline.session import Processing, Session, as_inputs, online_summary
from geomap.records import Article, Incident, Place
from geomap.settings import Settings

if TYPE_CHECKING:
    from geomap.coarsening import Coarsener
    from geomap.gazetteer import Gazetteer
    from geomap.incident_tables import Unresolved
    from geomap.maps import IncidentMap
    from geomap.maps.tiles import Tiles

__all__ = ["RunSummary", "areas_of", "check_target", "default_output", "map_articles", "write_map"]


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSummary:
    """What a run did.

    ``incidents`` are counted after merging, so one incident told by two articles counts once; ``located`` of
    them are on the map, ``unlocated`` are only listed. ``errors`` are the problems met: inputs that were
    skipped, and doubts (a guessed encoding, an impossible date) about some that were not. ``undated`` names
    the articles without a publication date, whose relative dates are unresolved; ``empty`` those in which no
    place was found; ``notes`` why less was done for some articles ("in Serbian (sr): ...") and for how many.
    ``tables`` counts the tables of incidents and files of saved incidents, ``rows`` what they held, ``unresolved`` are
    the tables' names that no gazetteer knows. ``online`` says what an online geocoder was asked, if any was. In a
    notebook the summary shows its map.
    """

    articles: int
    incidents: int
    located: int
    unlocated: int
    output: Path | None = None
    undated: tuple[str, ...] = ()
    empty: tuple[str, ...] = ()
    errors: tuple[GeomapError, ...] = ()
    notes: tuple[tuple[str, int], ...] = ()
    tables: int = 0
    rows: int = 0
    unresolved: tuple[Unresolved, ...] = ()
    online: tuple[str, ...] = ()

    def _repr_html_(self) -> str | None:
        """The map in a notebook: the page in a frame of its own. None where no map was written or it is gone."""
        from html import escape

        if self.output is None or not self.output.is_file():
            return None
        page = escape(self.output.read_text(encoding="utf-8"))
        return (
            f'<iframe srcdoc="{page}" title="geomap" width="100%" height="640"'
            ' style="border:0" allowfullscreen></iframe>'
        )


# Labels are context, not data: more than this many clutter a small map.
_LABELS = 60

# How far from an incident a town is still useful for finding one's way (about a day's drive on the map).
_LABEL_RADIUS_KM = 120.0

# Around so many incident places the villages within a quarter of an hour's drive are lettered too: close up one sees
# where one is. With more places the larger towns do, and the page stays small.
_VILLAGE_CELLS, _VILLAGES, _VILLAGE_RADIUS_KM = 40, 12, 15.0

# A place this near (degrees, some 2 km) to one whose position is withheld would tell it.
_TOO_NEAR = 0.02


def _labels(incidents: Sequence[Incident], gazetteer: Gazetteer, *, withheld: Coarsener | None = None) -> list[Place]:
    """The larger places around the incidents and those nearby, largest first, each once: the map's own lettering."""
    # One query a half-degree cell, since incidents cluster and their neighbourhoods are the same.
    cells: dict[tuple[int, int], tuple[float, float]] = {}
    for incident in incidents:
        for place in incident.places:
            if place.lat is not None and place.lon is not None:
                cells.setdefault((round(place.lat * 2), round(place.lon * 2)), (place.lat, place.lon))
    found: dict[str, Place] = {}
    share = max(5, _LABELS // max(1, len(cells)))
    for lat, lon in cells.values():
        for town in gazetteer.near(lat, lon, _LABEL_RADIUS_KM, limit=share):
            found.setdefault(town.id, town)
    large = sorted(found.values(), key=lambda place: (-(place.population or 0), place.id))[: 4 * _LABELS]
    if withheld is not None:
        points = list(withheld.points)
        return [
            town
            for town in large
            if town.id not in withheld.withheld
            and all(abs(town.lat - lat) > _TOO_NEAR or abs(town.lon - lon) > _TOO_NEAR for lat, lon in points)
        ]
    if len(cells) <= _VILLAGE_CELLS:
        nearby: dict[str, Place] = {}
        for lat, lon in cells.values():
            for village in gazetteer.near(lat, lon, _VILLAGE_RADIUS_KM, limit=_VILLAGES):
                nearby.setdefault(village.id, village)
        known = {town.id for town in large}
        large += [village for village in nearby.values() if village.id not in known]
    return large


def write_map(
    incidents: Sequence[Incident],
    output: Path,
    *,
    gazetteer: Gazetteer | None = None,
    articles: Sequence[Article] = (),
    title: str | None = None,
    notes: Sequence[str] = (),
    settings: Settings | None = None,
    drawing: Drawing | None = None,
) -> Path:
    """Draw ``incidents`` on one self-contained HTML page at ``output`` (atomic) and return its path.

    ``gazetteer`` gives the lettering around the incidents; without it there is none. ``notes`` are further paragraphs
    of the map's method note, ``drawing`` how it is drawn. Raises
    :class:`~geomap.errors.OutputError`, :class:`~geomap.errors.UsageError` for a ``drawing`` that cannot be and
    :class:`~geomap.errors.InputError` for a base map that cannot be read.
    """
    from geomap.maps import save_map

    drawn = _draw(
        incidents, gazetteer, articles, title, notes, settings=settings or Settings(), drawing=drawing or Drawing()
    )
    return save_map(drawn, output)


def _draw(
    incidents: Sequence[Incident],
    gazetteer: Gazetteer | None,
    articles: Sequence[Article],
    title: str | None,
    notes: Sequence[str],
    *,
    settings: Settings,
    drawing: Drawing,
) -> IncidentMap:
    from geomap.boundaries import join_boundaries, load_boundaries_for
    from geomap.coarsening import Coarsener
    from geomap.frames import incidents_to_gdf
    from geomap.maps import build_map

    heading = title or _title(articles)
    coarsener = None
    if drawing.coarsen_km is not None:

        def country_name(code: str) -> str | None:
            country = gazetteer.country(code) if gazetteer is not None else None
            return country.name if country is not None else code

        coarsener = Coarsener(drawing.coarsen_km, quotes=drawing.keep_quotes, country_name=country_name)
        incidents = coarsener.coarsen(incidents)
        heading = title or coarsener.without_names(heading)
        notes = (*notes, coarsener.note)
    if drawing.tiles is not None or drawing.basemap is not None:
        notes = (*notes, "Borders and names on the tiles are their provider's, not those of the boundary view.")
    gdf = incidents_to_gdf(incidents)
    boundaries = load_boundaries_for(gdf, view=settings.boundaries)
    joined = join_boundaries(gdf, boundaries, view=settings.boundaries)
    return build_map(
        joined,
        title=heading,
        labels=_labels(incidents, gazetteer, withheld=coarsener) if gazetteer is not None else (),
        boundaries=boundaries,
        kosovo_label=settings.kosovo_label,
        view=settings.boundaries,
        notes=notes,
        tiles=_tiles(drawing, joined),
        areas=areas_of(joined, settings.boundaries),
        lang=drawing.lang,
        embed=drawing.embed,
    )


def _tiles(drawing: Drawing, gdf: Any) -> Tiles | None:
    from geomap.maps.tiles import online_tiles, packed_tiles

    if drawing.tiles is not None:
        if drawing.basemap is not None:
            raise UsageError("--tiles and --basemap contradict each other.")
        return online_tiles(drawing.tiles, drawing.tiles_attribution)
    if drawing.basemap is None:
        return None
    placed = gdf.geometry[~(gdf.geometry.isna() | gdf.geometry.is_empty)]
    bounds = tuple(map(float, placed.total_bounds)) if len(placed) else None
    return packed_tiles(drawing.basemap, cast("Any", bounds), attribution=drawing.tiles_attribution)


# Outlines of more regions would make the page of a world heavy and slow to make: 300 are some 250 kB and two seconds.
_MOST_REGIONS = 300


def areas_of(gdf: Any, view: str) -> dict[str, Any]:
    """The layer of counts by region and country: all the countries, and the regions with most incidents."""
    from geomap.boundaries import load_areas
    from geomap.maps.areas import areas_payload
    from geomap.summary import area_keys

    keys = {"admin1": area_keys(gdf, by="admin1"), "country": area_keys(gdf, by="country")}
    counts = Counter(key for of in keys.values() for listed in of.values() for key in listed if key[0])
    wanted = sorted(counts, key=lambda key: (bool(key[1]), -counts[key], key))
    divisions = sum(bool(key[1]) for key in wanted)
    left_out = max(0, divisions - _MOST_REGIONS)
    return areas_payload(keys, load_areas(wanted[: len(wanted) - left_out], view=view), left_out=left_out)


def default_output(inputs: Sequence[str | Path]) -> Path:
    """Where the map goes when nobody says: ``output/<first input's stem>.html`` in the current folder."""
    first = str(inputs[0])
    if "://" in first:
        from geomap.fetching import stem_of

        stem = stem_of(first)
    else:
        # Of a pattern, the folder that it looks in: "*" is no name for a file.
        fixed = re.split(r"[*?\[]", first, maxsplit=1)[0]
        named = Path(first) if fixed == first or Path(first).exists() else Path(fixed + "x").parent
        stem = "stdin" if first == "-" else named.resolve().stem
    return Path("output") / f"{stem or 'map'}.html"


def check_target(target: Path, inputs: Sequence[str | Path]) -> None:
    """Raise, before a long job is begun, where ``target`` is one of ``inputs`` or cannot be written."""
    from geomap.outputs import check_writable

    check_writable(target)
    for source in inputs:
        is_file = str(source) != "-" and "://" not in str(source)
        if is_file and target.exists() and Path(source).exists() and target.samefile(source):
            raise UsageError(f"{target} is an input: writing there would destroy it; name another with -o.")


# The longest line taken for a headline; wire headlines have under 100 characters.
_HEADLINE = 120


def _headline(text: str) -> str | None:
    """The first line of a plain text where it looks like a headline: short, no full stop, and text below it."""
    first, _, rest = text.lstrip("\ufeff \n").partition("\n")
    first = first.strip()
    is_one = 12 <= len(first) <= _HEADLINE and first[-1] not in ".:;," and " - " not in first and rest.strip()
    return first if is_one and not first.lower().startswith(("date ", "published", "by ")) else None


def _title(articles: Sequence[Article]) -> str:
    if len(articles) == 1:
        return articles[0].title or articles[0].doc_id
    return f"{len(articles)} articles" if articles else "Incidents"


def map_articles(
    inputs: Sequence[str | Path] | str | Path,
    output: str | Path | None = None,
    *,
    settings: Settings | None = None,
    title: str | None = None,
    drawing: Drawing | None = None,
    on_error: OnError | None = None,
    on_article: OnArticle | None = None,
    on_warning: OnWarning | None = None,
    on_fetch: OnFetch | None = None,
    on_note: OnNote | None = None,
    progress: Progress | None = None,
    processing: Processing | None = None,
) -> RunSummary:
    """Read ``inputs``, find their incidents and write one map; the summary says what was done and skipped.

    ``inputs`` are files, folders, addresses or ``-``; ``output`` defaults to ``output/<first input's stem>.html`` in
    the current folder; ``drawing`` says how the map is drawn. A bad input goes to ``on_error`` (and always into
    ``RunSummary.errors``) and the rest go on. ``on_article`` sees each result as it is done, ``on_fetch`` each host
    before it is asked for a page; ``processing`` goes through the articles in the place of this process. Raises a
    :class:`~geomap.errors.GeomapError` where no input could be read at all or the map could not be written.
    """
    paths = as_inputs(inputs)
    target = Path(output) if output is not None else default_output(paths)
    check_target(target, paths)
    errors: list[GeomapError] = []

    def failed(error: GeomapError) -> None:
        errors.append(error)
        if on_error is not None:
            on_error(error)

    articles: list[Article] = []
    headlines: dict[str, str | None] = {}
    coded: list[Incident] = []
    empty: list[str] = []
    notes: Counter[str] = Counter()
    rows: Counter[str] = Counter()
    unresolved: list[Unresolved] = []

    def noted(given: Iterable[Article]) -> Iterator[Article]:
        for article in given:
            headlines[article.doc_id] = _headline(article.text)
            yield article

    def elsewhere(
        session: Session, given: Iterable[Article], *, incidents: bool, on_error: OnError | None
    ) -> Iterator[ArticleResult]:
        assert processing is not None
        # Its results are without the texts.
        return processing(session, noted(given), incidents=incidents, on_error=on_error)

    with Session(
        settings,
        merging=True,
        progress=progress,
        on_warning=on_warning,
        on_fetch=on_fetch,
        on_note=on_note,
        processing=elsewhere if processing is not None else None,
    ) as session:
        for result in session.results(paths, on_error=failed):
            if result.listed is not None:
                coded.extend(result.incidents)
                rows[result.listed.name] += result.listed.rows
                unresolved.extend(result.listed.unresolved)
                if on_article is not None:
                    on_article(result)
                continue
            # Only what the map needs is kept: the texts of a large batch would fill the memory.
            headline = headlines.pop(result.article.doc_id, None) or _headline(result.article.text)
            title_of = result.article.title or headline
            articles.append(replace(result.article, text="", title=title_of))
            coded.extend(result.incidents)
            if not any(resolution.place for resolution in result.resolutions):
                empty.append(result.article.doc_id)
            if result.note is not None:
                notes[result.note] += 1
            if on_article is not None:
                on_article(result)
        if not articles and not rows:
            raise errors[0] if len(errors) == 1 else GeomapError("None of the inputs could be read.")
        if progress is not None:
            progress("drawing the map", 0.0)
        incidents = session.merge(coded, on_error=failed)
        write_map(
            incidents,
            target,
            gazetteer=session.gazetteer,
            articles=articles,
            title=title or (None if articles else " and ".join(rows)),
            notes=session.online_notes(incidents),
            settings=session.settings,
            drawing=drawing,
        )
        asked = session.online
    located = sum(map(is_located, incidents))
    return RunSummary(
        articles=len(articles),
        incidents=len(incidents),
        located=located,
        unlocated=len(incidents) - located,
        output=target,
        undated=tuple(article.doc_id for article in articles if article.published is None and is_coded(article)),
        empty=tuple(empty),
        errors=tuple(errors),
        tables=len(rows),
        rows=sum(rows.values()),
        unresolved=tuple(unresolved),
        notes=tuple(notes.items()),
        online=online_summary(asked),
    )
