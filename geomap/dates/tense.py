"""Whether a clause speaks of the past or of what is to come, told from the words around a time phrase."""

from __future__ import annotations

import re

__all__ = ["PAST", "clause", "looks_ahead"]

CLAUSE_CHARS = 160
"""How much of the clause (characters to either side) is read to tell past from future."""

# Words that say a clause looks ahead or back. Order in the clause decides: the nearest one before the phrase.
_FUTURE = re.compile(
    r"\b(?:will|shall|won['’]t|would|is to|are to|to be|was to|were to|due|going to|set to|about to"
    r"|scheduled|planned|plans?|planning|expect(?:s|ed)?|unless|should|must|(?-i:may|MAY(?= [A-Z]))|might"
    r"|upcoming|coming|forthcoming|slated|effective"
    r"|(?:want|hop|intend|threaten|vow|promis|agree|prepar|pledg|seek|propos|call)(?:s|ed|d|e|es|ing)?"
    r" (?:to|for))\b|['’]ll\b",
    re.IGNORECASE,
)
PAST = re.compile(
    r"\b(?:was|were|had|did|has|have|been|said|says|told|shot|fell|began|took|went|came|made|met|held|hit|struck|left"
    r"|burnt|flew|broke|saw|got|gave|found|lost|won|led|fought|blew|drove|ran|rose|sent|shook|spoke|stood|wrote"
    r"|brought|caught|fled|heard|kept|put|set|cut|shut|became"
    r"|(?<!be )(?!indeed|speed|succeed|proceed|exceed|need|feed|bleed|breed)[a-z]{3,20}ed)\b",
    re.IGNORECASE,
)
_LED_IN = re.compile(
    r"(?:^|[,:–—-] )(?:(?:and|but|then|also|meanwhile|later),? )?"
    r"(?:(?:on|at|in|early|late|from|before|the|of|this|that|for|during|around) ){0,4}$",
    re.IGNORECASE,
)
_SPEECH_TAIL = re.compile(
    r"\b(?:said|says|told|announced|reported|warned|added|declared|stated|confirmed|insisted|claimed|denied|wrote|quoted"
    r"|acknowledged|disclosed|released|issued|published|in an? (?:statement|interview|speech|report))"
    r"(?: [\w'’]{1,20}){0,3},?(?: (?:on|late|early|in|here)){0,2} ?(?:on |late |early )?$",
    re.IGNORECASE,
)


def clause(text: str, start: int, end: int) -> tuple[str, str]:
    """The words of the same clause before and after a phrase."""
    before = text[max(0, start - CLAUSE_CHARS) : start]
    cut = 0
    for match in re.finditer(r"[.!?][\"”’)]?[\s\u00a0]+(?=[\"“‘(A-Z0-9])|\n[\s\u00a0]*\n|;|[\"“”]", before):
        if not re.search(r"\b(?:[A-Z]|Mr|Mrs|Dr|St|Gen|Col|Lt|Sgt|Sen|Rep|Gov)$", before[: match.start()]):
            cut = match.end()
    after = text[end : end + CLAUSE_CHARS]
    stop = re.search(r"[.!?](?=[\"”’)]?[\s\u00a0]|$)|\n[\s\u00a0]*\n|;|[\"“”]", after)
    return " ".join(before[cut:].split()) + " ", " " + " ".join(after[: stop.start() if stop else None].split())


def looks_ahead(text: str, start: int, end: int) -> bool:
    """Whether the clause around a phrase speaks of the future."""
    before, after = clause(text, start, end)
    tail = before.rstrip().lower()
    if _SPEECH_TAIL.search(before):
        return False
    if re.search(r"\b(?:until|till)$", tail) and re.search(r"\bfrom\b[^,;]{1,40}$", tail):
        # "from Friday until Sunday": the end lies on the side that the verb says
        return bool(_FUTURE.search(before)) and not PAST.search(before)
    if re.fullmatch(r"by", tail) and (told := PAST.search(after)) is not None:
        # "By Friday evening 12 were dead"
        future = _FUTURE.search(after)
        return future is not None and future.start() <= told.start()
    if re.search(r"\b(?:by|until|till)$", tail):
        return not re.search(r"\b(?:had|lasted|continued|remained|stayed|held|was|were|did)\b", tail[-40:])
    if re.search(r"\b(?:since|last|past)$", tail):
        return False
    if after[1:].startswith(("'s ", "’s ")) or text[end : end + 3] in ("'s ", "’s "):
        return False
    ahead = max((match.start() for match in _FUTURE.finditer(before)), default=-1)
    if ahead > 0 and re.search(r"\bhad (?:been )?(?:\w+ly )?$", before[:ahead], re.IGNORECASE):
        ahead = -1
    back = max((match.start() for match in PAST.finditer(before)), default=-1)
    if "called off" in after or "cancel" in after or "postponed" in after:
        return ahead >= 0 and "would" in after
    if ahead >= 0 or back >= 0:
        # "planned" and "scheduled" are both: the future marker wins where they meet.
        return ahead >= back
    if not _LED_IN.search(before):
        return False
    first_ahead = _FUTURE.search(after)
    first_back = PAST.search(after)
    if first_ahead is None:
        return False
    return first_back is None or first_ahead.start() <= first_back.start()
