"""How sure an answer is: a logistic regression over a few features that a reader can follow.

The weights are in ``lexicons/confidence.json``, made by ``scripts/train_confidence.py``; that file says from which
documents. The probability is that the mention is a toponym *and* that the place is the right one, so that
``--min-score 0.8`` means what it says.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from geomap.lexicons import load_json
from geomap.records import Candidate, Mention

__all__ = ["Evidence", "contributions", "features", "probability", "thresholds", "toponym_probability"]

# Less than this share of the votes is noise: one name in twenty.
_NOWHERE = 0.05

# Who found the mention, in the groups that differ in how often they are right.
_FOUND_BY = {
    "model": "model",
    "model and cue": "model",
    "model only": "model alone",
    "dateline": "model",
    "lexicon": "demonym list",
    "gazetteer, qualified": "qualified",
    "gazetteer and cue": "qualified",
    "gazetteer and what it is called": "qualified",
    "gazetteer in list": "list",
    "gazetteer in organisation": "organisation",
    "gazetteer as organisation": "acronym",
    "gazetteer in facility": "facility",
    "gazetteer after locative": "locative",
    "gazetteer over person": "locative",
    "gazetteer, well known": "well known",
    "cue only": "model alone",
    "same name in the document": "repeated",
}
# Names that the language model did not call places of their own; what speaks for them weighs otherwise.
_FRAGILE = frozenset({"organisation", "acronym", "facility", "locative", "well known", "repeated", "list"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What a document says for one answer. Shares are of the votes of the document's other names, 0 to 1.

    ``share`` is the candidate's probability among its namesakes, ``namesakes`` their number, ``country`` and
    ``admin1`` the shares of its country and division, ``near_km`` the distance to the nearest other sure place,
    ``others`` the weight of the other names, ``mentions`` how often the name stands in the document.
    """

    share: float
    namesakes: int
    country: float
    admin1: float
    near_km: float
    others: float
    mentions: int


def features(mention: Mention, candidate: Candidate | None, rule: str, evidence: Evidence | None) -> dict[str, float]:
    """The features of an answer by name; what is not there is 0. Yes/no features are 1.0 for yes.

    ``candidate`` and ``evidence`` are None where no place has the name.
    """
    found = _FOUND_BY.get(mention.recognizer, "model")
    made = {"always": 1.0, f"found by {found}": 1.0, f"pass {rule}": 1.0}
    if mention.inside:
        made[f"inside {mention.inside}"] = 1.0
    if " " in mention.text:
        made["several words"] = 1.0
    if mention.text.isupper() and len(mention.text) <= 3:
        made["two or three capitals"] = 1.0
    if candidate is None or evidence is None:
        return made
    place = candidate.place
    share = min(max(evidence.share, 1e-4), 1.0 - 1e-4)
    # 60 km: the scale of a district; at it a neighbour counts a third of one next door.
    near = math.exp(-evidence.near_km / 60.0)
    inhabitants = math.log10((place.population or 0) + 30) - 4.0
    made |= {
        f"match {candidate.match}": 1.0,
        f"class {place.feature_class}": 1.0,
        "share among namesakes (log-odds)": math.log(share / (1.0 - share)),
        "namesakes (log)": math.log(max(1, evidence.namesakes)),
        "inhabitants (log10 - 4)": inhabitants,
        "mentions (log)": math.log(max(1, evidence.mentions)),
    }
    # "Bangor, Maine" is as sure in a paper from Wales as in one from Maine: the other names say nothing of it.
    weighed = rule != "qualified"
    if weighed:
        made |= {
            "others in its country": evidence.country,
            "others in its division": evidence.admin1,
            # Three of three says more than one of one.
            "names in its country (log)": math.log1p(evidence.country * evidence.others),
            "names in its division (log)": math.log1p(evidence.admin1 * evidence.others),
            "another place near": near,
        }
    if found in _FRAGILE:
        made["fragile: inhabitants (log10 - 4)"] = inhabitants
        if weighed:
            made["fragile: others in its country"] = evidence.country
            made["fragile: others in its division"] = evidence.admin1
            made["fragile: another place near"] = near
    if place.feature_code in ("PCLI", "TERR", "ADM1", "ADM2"):
        made["country" if place.feature_code in ("PCLI", "TERR") else place.feature_code] = 1.0
    elif place.feature_class == "P":
        # What a town's size says depends on whether anything else points to its country.
        made["town: inhabitants (log10 - 4)"] = inhabitants
        if weighed:
            made["town: inhabitants, others elsewhere"] = inhabitants * (1.0 - min(1.0, evidence.country))
            made["town: inhabitants, others in its division"] = inhabitants * min(1.0, evidence.admin1)
        if weighed and evidence.country < _NOWHERE and evidence.namesakes > 1:
            made["town: one of several, others elsewhere"] = 1.0
    if candidate.match == "alternate" and candidate.score <= 0.6:
        made["short form only"] = 1.0
    if mention.metonym and place.feature_code in ("PPLC", "PCLI"):
        made["a government that speaks"] = 1.0
    if weighed and evidence.others < 1.0:
        made["no other places"] = 1.0
    return made


@cache
def _model() -> tuple[Mapping[str, float], Mapping[str, float], float, float]:
    data = load_json("confidence.json")
    return data["right"], data["toponym"], float(data["unsure_below"]), float(data["unlikely_below"])


def thresholds() -> tuple[float, float]:
    """Below the first an answer is withheld (NIL), below the second a mention is left out as no toponym."""
    _, _, unsure, unlikely = _model()
    return unsure, unlikely


def contributions(made: Mapping[str, float], *, right: bool = True) -> dict[str, float]:
    """What each feature adds to the log-odds of an answer, compared with what it adds to a usual one.

    With ``right`` the odds are those of being right, without it those of being a toponym at all.
    """
    weights = _model()[0] if right else _model()[1]
    typical: Mapping[str, float] = load_json("confidence.json")["typical"]
    return {name: weight * (made.get(name, 0.0) - typical.get(name, 0.0)) for name, weight in weights.items()}


def probability(made: Mapping[str, float]) -> float:
    """The probability in (0, 1) that an answer with these features is right. Unknown features count nothing."""
    return _logistic(made, _model()[0])


def toponym_probability(made: Mapping[str, float]) -> float:
    """The probability in (0, 1) that a mention with these features is a toponym at all, rightly resolved or not."""
    return _logistic(made, _model()[1])


def _logistic(made: Mapping[str, float], weights: Mapping[str, float]) -> float:
    value = sum(weights.get(name, 0.0) * number for name, number in made.items())
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, value))))
