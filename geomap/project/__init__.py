"""A project that lasts: a folder of articles, what they report, your places and your corrections.

::

    my-project/
      geomap-project.toml    title and settings; yours to edit
      corrections.csv        what you put right; yours, geomap only adds rows
      gazetteer/places.csv   your places; yours, for this project alone
      articles.jsonl         every article that was added, with its text; geomap only adds lines
      .geomap/coded.jsonl    what each article gave; geomap's, made anew where it is missing
      incidents.parquet      the incidents, merged and corrected; made anew by every map
      output/map.html        the map

Every article is written down and synced before it is worked on, and its result as soon as there is one. So a crash
loses nothing that was done; what was read and not yet coded is coded by the next command.
"""

from __future__ import annotations

from geomap.project.folder import ProjectFolder, find_project, init_project
from geomap.project.reviewing import Doubt, doubts_of
from geomap.project.working import Added, Drawn, Project

__all__ = ["Added", "Doubt", "Drawn", "Project", "ProjectFolder", "doubts_of", "find_project", "init_project"]
