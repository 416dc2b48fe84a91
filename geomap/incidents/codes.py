"""What exactly a draft is: clash or attack by who stands on either side, the ACLED sub-event, the PLOVER code.

The lexicon's line says most of it; what depends on who did it to whom, or on how a protest ended, is decided here from
the words of the draft's clauses. Every rule looks at words that stand in the text, so that a reader can follow it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from geomap.incidents.story import Draft, Story
from geomap.incidents.syntax import BE, FINITE, NOMINAL, Sentence, Token, words
from geomap.incidents.triggers import Trigger, classes_of
from geomap.lexicons import load_json

__all__ = ["Sides", "codes_of", "refine_sides", "sides_of"]

_FLEXIBLE = words(
    "attack attacks attacked attacking raid raids raided raiding storm storms stormed storming assault assaults "
    "assaulted assaulting ambush ambushes ambushed ambushing kill kills killed killing shoot shoots shot shooting "
    "shootings fire fires fired firing target targets targeted targeting upon offensive wound wounds wounded wounding "
    "injure injures injured injuring slain slay hit invade invades invaded invading overran overrun"
)
"""Words that report a clash or an attack on people, as who was attacked decides."""

_STATE_SIDE = words("paramilitary government pro-government loyalist national federal state regime allied")
_THROWN = words(
    "attack attacks attacked hurled threw thrown lobbed tossed throwing hurling tossing rolled using used with"
)
_NO_GRENADE_ATTACK = words(
    "rocket-propelled propelled rpg rpgs launcher launchers launched stun gas tear rifles rifle gunfire automatic "
    "machine machine-gun gunfight gunbattle exchange seized found recovered cache suicide flash"
)
_LIVE_FIRE = words(
    "bullet bullets gunfire shot shots dead killed killing died deaths brutally brutal beat beaten beating "
    "clubbed massacre massacred wounded wounding injured injuring gunned sniper snipers lethal bloody "
    "bloodshed batons baton truncheons excessive brutality violently assaulted hurt hospitalised hospitalized kicked"
)
_ROUNDS = words("round rounds ammunition fire bullets bullet")
_HARMLESS = words("rubber plastic blank warning sponge foam")
_PROTESTERS = words(
    "protester protesters protestor protestors demonstrator demonstrators crowd marchers students activists "
    "people protest protests demonstration demonstrations rally"
)
_CAUGHT = words("policemen policeman officer officers soldier soldiers police guard guards agents gendarmes troops")
_DRONES = words("drone drones uav uavs shahed shaheds quadcopter quadcopters kamikaze")
_WITHOUT_FIGHT = words("resistance fight fighting shot bloodshed clashes battle")
_SUFFERED = words("target targets victim victims object under suffered suffer suffers survived escaped")
_LOSER_VERBS = words("drive drove driven driving push pushed pushing force forced forcing lose lost loses losing flush")
_BLADES = words(
    "knife knives machete machetes axe axes sword swords stab stabbed stabs stabbing hack hacked hacking cleaver "
    "blade behead beheaded beheading decapitated arrow arrows spear spears"
)
_BLOWS = words("beat beaten beating beats bludgeon bludgeoned clubbed torture tortured kicked punched")
_GUNS = words("gunmen gunman shot shots shoot shooting gunfire fire bullet bullets gunned rifle rifles pistol sniper")
_POLICE = words("police policeman policemen policewoman gendarme gendarmes officer officers constable constables")


@dataclass(frozen=True, slots=True)
class Sides:
    """Who acts and who suffers, as far as words say: of "state", "armed", "civil", "post" (a military place)."""

    agent: frozenset[str]
    target: frozenset[str]


@cache
def _kinds() -> dict[str, str]:
    kinds: dict[str, str] = {}
    for name, kind in (("BUILDING", "civil"), ("CIVILIAN", "civil"), ("CROWD", "civil"), ("MILTARGET", "post"),
                       ("FORCE", "state"), ("ARMED", "armed")):  # fmt: skip
        for form in classes_of(name):
            kinds[form] = kind
    # men are armed only where a word says so ("armed men", "masked men"), and a bus crew is no army
    for form in ("man", "men", "people", "crew", "crews", "unit", "units", "general", "regular", "tank", "tanks"):
        kinds.pop(form, None)
    return kinds


def _parties(tokens: list[Token], a: int, b: int) -> frozenset[str]:
    kinds = _kinds()
    found: set[str] = set()
    for i in range(a, b):
        low = tokens[i].low
        kind = kinds.get(low)
        if low == "state" and i > a and tokens[i - 1].low == "islamic":
            found.add("armed")
            continue
        if kind is None:
            if low in ("men", "man") and any(
                t.low in ("armed", "masked", "uniformed", "gun") for t in tokens[max(a, i - 3) : i]
            ):
                found.add("armed")
            continue
        if tokens[i].tag not in NOMINAL and tokens[i].tag not in ("JJ", "VBZ"):
            continue
        if kind == "post" and low in classes_of("ARMED"):
            kind = "armed"
        elif kind == "post" and low in classes_of("FORCE"):
            kind = "state"
        before = [t.low for t in tokens[max(a, i - 4) : i] if t.tag in (*NOMINAL, "JJ", "HYPH", ":")]
        if kind == "state" and any(w in classes_of("ARMED") for w in before) and not _STATE_SIDE & set(before):
            kind = "armed"
        elif kind == "armed" and _STATE_SIDE & set(before) and "anti" not in before:
            kind = "state"
        found.add(kind)
    return frozenset(found)


def _stop(tokens: list[Token], a: int, b: int) -> int:
    """Where what follows a verb or noun turns to something else: "by", a finite verb, "after", "when" …"""
    for i in range(a, b):
        if tokens[i].low in ("by", "after", "when", "while", "during", "amid", "before", "since") or (
            tokens[i].tag in FINITE
        ):
            return i
    return b


def sides_of(story: Story, trigger: Trigger) -> Sides:
    """The two sides of what a trigger reports, from the clause it stands in (and its parent's subject)."""
    tokens = story.text.tokens
    clause = story.text.clause_of(trigger.head)
    head = trigger.head
    left = (clause.a, head)
    if not clause.own_subject and clause.parent is not None:
        parent = story.text.clauses_of(story.text.sentence_of(head))[clause.parent]
        left = (parent.a, head)
    right = (max(trigger.b, head + 1), _stop(tokens, max(trigger.b, head + 1), clause.b))
    by = next((i for i in range(head + 1, clause.b) if tokens[i].low == "by"), None)
    by_span = (by, clause.b) if by is not None else (head, head)
    passive = trigger.pos != "n" and (
        (tokens[head].tag in ("VBN", "VBD") and any(t.low in BE for t in tokens[max(clause.a, head - 3) : head]))
        or (tokens[head].tag == "VBN" and by is not None)
    )
    before = _parties(tokens, *left)
    subject = [t.low for t in tokens[left[0] : head]]
    if not before and {"it", "they", "he"} & set(subject) and clause.index > 0:
        # "the army said it had …": whoever was told of last
        earlier = story.text.clauses_of(story.text.sentence_of(head))[clause.index - 1]
        before = _parties(tokens, earlier.a, earlier.b)
    if trigger.pos == "n":
        if any(t.low in _SUFFERED for t in tokens[max(left[0], head - 6) : head]):
            # "a patrol was the target of an attack", "soldiers came under attack"
            attackers = _parties(tokens, *right) | _parties(tokens, *by_span)
            armed = any(t.low == "armed" for t in tokens[max(left[0], head - 2) : head])
            return Sides(attackers | {"armed"} if armed else attackers, before)
        agent = before | _parties(tokens, *by_span)
        return Sides(agent, _parties(tokens, *right))
    if passive:
        return Sides(_parties(tokens, *by_span), _parties(tokens, *left))
    return Sides(before, _parties(tokens, *right))


def _unopposed(story: Story, draft: Draft) -> bool:
    lows = [t.low for c in draft.clauses for t in story.text.tokens[c.a : c.b]]
    pairs = zip(lows, [*lows[1:], ""], [*lows[2:], "", ""], strict=False)
    return any(
        one in ("unopposed", "peacefully")
        or (one == "without" and (two in _WITHOUT_FIGHT or (two in ("a", "any", "firing") and three in _WITHOUT_FIGHT)))
        for one, two, three in pairs
    )


def refine_sides(story: Story, draft: Draft) -> None:
    """Attack or clash: whoever attacks soldiers, police or fighters clashes; else it is an attack on people."""
    if draft.type == "force_movement" and _unopposed(story, draft):
        draft.type = "territory_change"
    if draft.type not in ("armed_clash", "attack_civilians"):
        return
    tokens = story.text.tokens
    said = {t.low for t in tokens[draft.sentence.a : draft.sentence.b]}
    if said & {"grenade", "grenades"} and said & _THROWN and not said & _NO_GRENADE_ATTACK:
        draft.type = "explosive"
        return
    lows = {t.low for t in tokens[draft.main.a : draft.main.b]}
    if not lows & _FLEXIBLE:
        return
    sides = sides_of(story, draft.main)
    if draft.main.pos == "n" and not sides.target:
        return
    armed_target = bool(sides.target & {"state", "armed", "post"})
    if draft.type == "armed_clash":
        if "civil" in sides.target and not armed_target:
            draft.type = "attack_civilians"
        elif (
            not sides.target
            and "armed" in sides.agent
            and "state" not in _parties(tokens, draft.sentence.a, draft.sentence.b)
            and draft.main.pos == "v"
        ):
            draft.type = "attack_civilians" if not lows & {"fire", "ambushed", "ambush"} else draft.type
    elif (
        armed_target
        and "civil" not in sides.target
        and sides.agent & {"armed", "state"}
        and not (sides.agent == {"state"} and sides.target == {"state"})
    ):
        draft.type = "armed_clash"


# ------------------------------------------------------------------------------------------ ACLED


def codes_of(story: Story, draft: Draft) -> tuple[str | None, str | None]:
    """The ACLED sub-event and the PLOVER code of a settled draft; None where its type has none."""
    types = load_json("event_types.json")["types"][draft.type]
    fitting = [t for t in draft.triggers if t.type == draft.type]
    said = [draft.main, *fitting] if draft.main.type == draft.type else fitting
    sub = next((t.sub for t in said if t.sub in types["acled_sub_events"]), "")
    sub = _sub_event(story, draft, sub) or (types["acled_sub_events"][0] if types["acled_sub_events"] else "")
    plover = next((t.plover for t in said if t.plover), "")
    plover = plover or _plover(story, draft, sub) or (types["plover"][0] if types["plover"] else "")
    return sub or None, plover or None


def _clause_words(story: Story, draft: Draft) -> set[str]:
    return {t.low for c in draft.clauses for t in story.text.tokens[c.a : c.b]}


def _sub_event(story: Story, draft: Draft, said: str) -> str:
    if draft.type == "explosive":
        return _explosive(story, draft, said)
    if draft.type == "protest_repressed":
        return "Excessive force against protesters" if _excessive(story, draft) else "Protest with intervention"
    if draft.type == "territory_change":
        return said or _who_holds(story, draft)
    return said


def _explosive(story: Story, draft: Draft, said: str) -> str:
    lows = _clause_words(story, draft)
    thrown = bool(lows & {"grenade", "grenades"}) and not lows & {"rocket-propelled", "propelled", "rpg"}
    others = lows & {"bomb", "bombs", "mine", "mines", "landmine", "landmines", "ied", "ieds", "improvised", "roadside"}
    return "Grenade" if thrown and not others else said if said != "Grenade" else "Remote explosive/landmine/IED"


def _excessive(story: Story, draft: Draft) -> bool:
    """Whether force that kills or maims was used: live rounds, protesters shot, killed, wounded or beaten.

    Told in the draft's sentence, or in the one before or the two after it, if they speak of the protesters too.
    """
    if draft.deaths is not None and (draft.deaths[0] or 0) > 0:
        return True
    if _lethal(story, draft.sentence):
        return True
    sentences = story.text.sentences
    here = draft.sentence.index
    for later in (*sentences[max(0, here - 1) : here], *sentences[here + 1 : here + 3]):
        lows = {t.low for t in story.text.tokens[later.a : later.b]}
        if abs(later.paragraph - draft.sentence.paragraph) <= 1 and lows & _PROTESTERS and _lethal(story, later):
            return True
    return False


def _lethal(story: Story, sentence: Sentence) -> bool:
    tokens = story.text.tokens
    for i in range(sentence.a, sentence.b):
        low = tokens[i].low
        if low == "live" and i + 1 < sentence.b and tokens[i + 1].low in _ROUNDS:
            return True
        if low not in _LIVE_FIRE:
            continue
        near = {t.low for t in tokens[max(sentence.a, i - 4) : i]}
        if low in ("bullet", "bullets", "shots") and _HARMLESS & near:
            continue
        if low in ("wounded", "injured", "dead", "killed", "beaten", "shot") and _CAUGHT & near:
            continue
        if low == "shots" and "air" in {t.low for t in tokens[i : i + 6]}:
            continue
        return True
    return False


def _who_holds(story: Story, draft: Draft) -> str:
    """Who has the place afterwards: the army or the state, a group that is no state, or nobody fought for it."""
    if _unopposed(story, draft):
        return "Non-violent transfer of territory"
    sides = sides_of(story, draft.main)
    head = story.text.tokens[draft.main.head].low
    taker, loser = sides.agent, sides.target
    if head in ("fall", "falls", "fell", "fallen", "falling"):
        taker, loser = sides.target, sides.agent
    elif head in _LOSER_VERBS and draft.main.pos == "v":
        if head in ("lose", "lost", "loses", "losing"):
            taker, loser = frozenset(), sides.agent
        elif not taker - loser:
            taker = frozenset()
    if "armed" in taker and "state" not in taker:
        return "Non-state actor overtakes territory"
    if "state" in taker:
        return "Government regains territory"
    if "state" in loser and "armed" not in loser:
        return "Non-state actor overtakes territory"
    return "Government regains territory"


# ----------------------------------------------------------------------------------------- PLOVER


def _plover(story: Story, draft: Draft, sub: str) -> str:
    """The PLOVER code where the lexicon's line names none."""
    lows = _clause_words(story, draft)
    if draft.type == "air_drone_strike":
        return "ASSAULT:drone" if lows & _DRONES else "ASSAULT:aerial"
    if draft.type == "territory_change":
        return "RETREAT:withdraw" if sub == "Non-violent transfer of territory" else "ASSAULT"
    if draft.type == "force_movement":
        if lows & _POLICE:
            return "MOBILIZE:police"
        return "MOBILIZE:militia" if lows & {"militia", "militias", "militiamen"} else "MOBILIZE:troops"
    if draft.type == "movement_restriction":
        return "COERCE:curfew" if "curfew" in lows else "COERCE:martial-law" if "martial" in lows else ""
    if draft.type == "attack_civilians":
        for forms, code in ((_BLADES, "ASSAULT:primitive"), (_BLOWS, "ASSAULT:beat"), (_GUNS, "ASSAULT:firearms")):
            if lows & forms:
                return code
    return ""
