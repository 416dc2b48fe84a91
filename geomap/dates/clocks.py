"""Parts of the day and times by the clock."""

from __future__ import annotations

import re

from geomap.dates.atoms import PART_WORD, PARTS, ZONE, Atoms, Finder, Phrase, S, number_of

__all__ = ["atom"]

atom = Atoms()


_SOLO_PART = re.compile(
    r"\b(?:at|before|after|around|about|by|until|till|towards?|in|during|since|shortly|soon)[\s\u00a0]{1,3}(?:the[\s\u00a0]{1,3})?$",
    re.IGNORECASE,
)


@atom(
    rf"(?P<lead>(?:(?:just|shortly|soon){S})?before{S}(?=dawn|sunrise|daybreak)|(?:around|about){S}(?=noon|midnight|midday|dawn))?(?:the{S})?(?P<mod>(?:early|late|mid)[\s\u00a0-]{{1,2}})?(?P<word>{PART_WORD}|pre-?dawn(?![a-z]))"
)
def _part_of_day(finder: Finder, match: re.Match[str]) -> Phrase | None:
    word = " ".join(match["word"].lower().split())
    if word.endswith("hours"):
        word = "early hours" if "early" in word else "small hours"
    before = finder.before(match.start())
    led = _SOLO_PART.search(before)
    article = match[0].lower().startswith("the") or before.lower().rstrip().endswith(" the")
    solo = bool(match["lead"]) or (bool(led) and (word != "night" or article))
    # "in Sunrise", "at Noon": a name, unless everything is in capitals.
    if match["word"][0].isupper() and not finder.upper and not match["mod"]:
        solo = False
    # "at night" is a habit, "the night" alone no time; "one afternoon" neither.
    if word == "night" and led and led.group().strip().lower() == "at":
        solo = False
    if (
        solo
        and re.match(r"[\s\u00a0][a-z]{4,12}\b", finder.after(match.end(), 14))
        and word in ("morning", "evening", "night", "afternoon")
        and not article
    ):
        solo = False
    return Phrase(
        start=match.start(),
        end=match.end(),
        kind="part",
        part="night" if match["lead"] and "before" in match["lead"].lower() else PARTS[word],
        solo=solo,
    )


@atom(
    rf"(?P<h>1[0-2]|0?[1-9])(?:[:.](?P<min>[0-5][0-9]))?[\s\u00a0]?(?P<half>[ap])\.?[\s\u00a0]?m(?:\.|(?![a-z]))(?P<zone>{ZONE})(?:{S}?\([0-9:.]{{4,5}}[\s\u00a0]?(?:GMT|UTC)\))?"
)
def _clock12(finder: Finder, match: re.Match[str]) -> Phrase | None:
    hour = int(match["h"]) % 12 + (12 if match["half"].lower() == "p" else 0)
    return Phrase(start=match.start(), end=match.end(), kind="clock", part=f"{hour:02d}:{match['min'] or '00'}")


@atom(
    r"(?P<h>1[0-2]|[1-9]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)[\s\u00a0]{0,2}o['’]clock"
    rf"(?:{S}(?:in{S}the|at){S}(?P<part>morning|afternoon|evening|night))?(?![a-z])"
)
def _o_clock(finder: Finder, match: re.Match[str]) -> Phrase | None:
    hour = number_of(match["h"])[0] % 12
    part = (match["part"] or "").lower()
    if not part:
        # Without "morning" or "evening" the half of the day stays open, and so does the hour.
        return None
    if part in ("afternoon", "evening") or (part == "night" and hour >= 6):
        hour += 12
    return Phrase(start=match.start(), end=match.end(), kind="clock", part=f"{hour:02d}:00")


@atom(
    rf"(?P<h>[01]?[0-9]|2[0-3])(?P<sep>[:.h]?)(?P<min>[0-5][0-9])(?![0-9])(?::[0-5][0-9])?(?P<zone>(?:[\s\u00a0]?(?:hours|hrs)(?![a-z]))?{ZONE})"
    rf"(?P<other>[\s\u00a0]?\([0-9:.]{{4,5}}[\s\u00a0]?(?:GMT|UTC)\))?"
)
def _clock24(finder: Finder, match: re.Match[str]) -> Phrase | None:
    led = re.search(
        r"\b(?:at|around|about|by|since|from|until|after|before)[\s\u00a0]{1,3}$",
        finder.before(match.start()),
        re.IGNORECASE,
    )
    separator = match["sep"]
    certain = bool(match["zone"] or match["other"])
    if separator == "" and (len(match["h"]) != 2 or not certain):
        return None
    if separator == "." and not (certain and led):
        return None
    if separator != "" and not certain and not led:
        return None
    if re.match(r"[\s\u00a0]?(?:percent|per|%|million|billion|[-–][0-9])", finder.after(match.end(), 10)):
        return None
    return Phrase(start=match.start(), end=match.end(), kind="clock", part=f"{int(match['h']):02d}:{match['min']}")
