"""The stages in order: article → mentions → resolutions → incidents → GeoDataFrame → map → file.

Three lines make a map::

    from geomap.pipeline import map_articles

    summary = map_articles(["article.txt"], "output/article.html")
    print(summary.output, summary.incidents)

``processing`` takes one article through the stages, ``session`` holds what a run needs once and goes through all its
inputs, ``mapping`` makes the page.
"""

from __future__ import annotations

from geomap.pipeline.mapping import RunSummary, areas_of, check_target, default_output, map_articles, write_map
from geomap.pipeline.processing import (
    ArticleResult,
    Listed,
    Note,
    OnArticle,
    OnError,
    OnFetch,
    OnNote,
    OnWarning,
    Progress,
    is_coded,
    is_located,
    model_for,
    names_of,
    process_article,
    stage_of,
    toponyms_record,
    with_unknown,
)
from geomap.pipeline.session import (
    Processing,
    Session,
    as_inputs,
    country_finder,
    extract_incidents,
    online_summary,
    open_gazetteer_for,
    write_incidents,
)

__all__ = [
    "ArticleResult",
    "Listed",
    "Note",
    "OnArticle",
    "OnError",
    "OnFetch",
    "OnNote",
    "OnWarning",
    "Processing",
    "Progress",
    "RunSummary",
    "Session",
    "areas_of",
    "as_inputs",
    "check_target",
    "country_finder",
    "default_output",
    "extract_incidents",
    "is_coded",
    "is_located",
    "map_articles",
    "model_for",
    "names_of",
    "online_summary",
    "open_gazetteer_for",
    "process_article",
    "stage_of",
    "toponyms_record",
    "with_unknown",
    "write_incidents",
    "write_map",
]
