"""The same name in another romanisation, script or grammatical form, as keys to look up.

General rules only, no lists of towns: each family of languages has rules that rewrite a folded name ("kh" for "h",
"-iv" for "-ov", "al " for "el "), with a cost each. A family is applied in three ways: as whole systems (all of
Ukrainian to Russian at once: "mykolaiv" to "nikolaev"), as up to three single rules, and as single rules upon the
outcome of a system. What comes out is a proposal; whether such a name exists only the gazetteer knows, and a form is
good only in the countries where the languages of its family are used.

Everything is bounded: 40 forms a name, names of up to 60 letters.
"""

from __future__ import annotations

import heapq
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from geomap.text import fold

__all__ = ["Variant", "spelling_variants", "variants"]

_MOST = 40
# No name of a place that the world layer has under several romanisations is longer.
_LONGEST = 60


class Variant(NamedTuple):
    """A folded key that a name may stand under; ``cost`` grows from 0 with the distance from the name as given.

    ``countries`` are the ISO 3166-1 alpha-2 codes where the form makes sense, None for everywhere.
    """

    key: str
    cost: int
    countries: frozenset[str] | None


class _Rule(NamedTuple):
    old: str  # what to look for, with spaces for the ends of words
    new: str
    cost: int
    group: int  # of the rules of one group only one is used in a form
    pattern: re.Pattern[str] | None = None

    def apply(self, text: str) -> str:
        return text.replace(self.old, self.new) if self.pattern is None else self.pattern.sub(self.new, text)


@dataclass(frozen=True, slots=True)
class _Family:
    countries: frozenset[str]
    rules: tuple[_Rule, ...]
    systems: tuple[tuple[_Rule, ...], ...] = ()
    most: int = 12


def _codes(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _rules(table: str, start: int = 0) -> tuple[_Rule, ...]:
    """Rules of a table, one group a line: ``cost: a b c`` exchanges each for each, ``cost: a > b c`` only so.

    ``_`` is the end of a word; ``-`` alone is nothing; ``/regex/`` is a pattern (then only ``>``).
    """
    made: list[_Rule] = []
    for group, line in enumerate((x for x in table.splitlines() if x.strip()), start):
        cost, _, rest = line.strip().partition(": ")
        one_way = " > " in rest
        left, _, right = rest.partition(" > ")
        sources = left.split()
        targets = right.split() if one_way else sources
        for source in sources:
            for target in targets:
                if source == target:
                    continue
                new = "" if target == "-" else target.replace("_", " ")
                if source.startswith("/"):
                    made.append(_Rule(source, new, int(cost), group, re.compile(source[1:-1].replace("_", " "))))
                else:
                    made.append(_Rule(source.replace("_", " "), new, int(cost), group))
    return tuple(made)


# Countries whose places bear names of the family's languages, neighbours with minorities included.
_EAST = _codes("UA RU BY KZ KG UZ TM TJ MD GE AM AZ LV LT EE")
_SOUTH = _codes("RS ME BA HR SI MK XK BG AL")
_ALBANIAN = _codes("AL XK MK ME RS GR")
_ARABIC = _codes(
    "AE BH DZ EG EH IQ JO KM KW LB LY MA MR OM PS QA SA SD SO SY TN YE DJ TD IL IR AF PK TR ER ET ML NE SS NG"
)
_TURKIC = _codes("TR CY SY IQ IR AZ BG GR MK XK AM TM UZ KZ KG")
_GREEK = _codes("GR CY AL TR MK")
_UMLAUT = _codes("AT DE CH LI LU BE IT FR PL CZ DK NO SE FI IS EE HU TR")

# Ukrainian names in Russian and back: the correspondences of the two languages, not of their alphabets.
_TO_RUSSIAN = _rules(
    """
    1: _mykol > _nikol
    1: _dnipr > _dnepr
    1: _bilo > _belo
    1: _bila_ > _belaya_
    1: _bilh > _belg
    1: _slovi > _slavi
    1: velyka_ > velikaya_
    1: mala_ > malaya_
    1: nova_ > novaya_
    1: stara_ > staraya_
    1: _tserkva_ > _tserkov_
    1: _siev > _sev
    1: izhzhia_ izhzhya_ > ozhye_
    1: iieve_ > iyevo_
    1: yiv_ > iev_
    1: aiv_ > aev_
    1: /(?<=[^aeiouy])iv_/ > ov_
    1: iivk aivk > eevk
    1: /(?<=[^aeiouy])ivk/ > ovk
    1: ivsk > ovsk
    1: ivn > ovn
    1: ytsia_ ytsya_ > itsa_
    1: yi_rih_ > oy_rog_
    1: ih_ > og_
    1: ske_ > skoye_
    1: ne_ > no_
    1: eve_ > evo_
    1: ove_ > ovo_
    1: chor > cher
    1: pil_ > pol_
    1: skyi_ skyy_ > skiy_
    1: /(?<![kscztgp])h/ > g
    1: ier > er
    1: ia > ya
    1: iu > yu
    1: /(?<=[^aeiouy_])y(?=[^aeiouy_])/ > i
    """
)
_TO_UKRAINIAN = _rules(
    """
    1: _nikol > _mykol
    1: _dnepr > _dnipr
    1: _belo > _bilo
    1: _belg > _bilh
    1: _belaya_ > _bila_
    1: _slavya > _slovia
    1: velikaya_ > velyka_
    1: _tserkov_ > _tserkva_
    1: _sever > _siver
    1: iyevo_ > iieve_
    1: ozhye_ ozhie_ ozhe_ ozhje_ > izhzhia_
    1: /(?<=k)iev_/ > yiv_
    1: ayev_ aev_ > aiv_
    1: /(?<=[^aeiouy])ov_/ > iv_
    1: /(?<=[^aeiouy])ev_/ > iv_
    1: eyevk eevk > iivk
    1: ayevk aevk > aivk
    1: /(?<=[^aeiouy])ovk/ > ivk
    1: ovsk > ivsk
    1: ovn > ivn
    1: itsa_ > ytsia_
    1: oy_rog_ > yi_rih_
    1: og_ > ih_
    1: skoye_ skoe_ > ske_
    1: no_ > ne_
    1: evo_ > eve_
    1: ovo_ > ove_
    1: /(?<=[bcdfgklmnpqrstvxz])aya_/ > a_
    1: cher > chor
    1: ss > s
    1: skiy_ skij_ sky_ ski_ > skyi_
    1: g > h
    1: ya > ia
    1: yu > iu
    """
)
# Chornobyl keeps its y.
_TO_RUSSIAN_Y = _TO_RUSSIAN[:-1]
_TO_UKRAINIAN_Y = (*_TO_UKRAINIAN, *_rules("1: /(?<=[^aeiouy_])i(?=[^aeiouy_])(?![vh]_)/ > y", 100))
_TO_UKRAINIAN_FEW = tuple(
    rule for rule in _TO_UKRAINIAN if rule.old not in ("cher", "no ", " sever", "ovn", "ovsk", " belo")
)

# Romanisations of Russian and Ukrainian: BGN/PCGN, ISO 9 and scientific (without their marks), newspapers.
_EAST_RULES = _rules(
    """
    2: skyi_ skyy_ skiy_ skij_ skii_ sky_ ski_ skyj_
    2: yi_ iy_ ii_ yy_ ij_ y_ yj_
    2: oye_ oe_ oje_ oie_
    2: aya_ aia_ aja_
    2: shch > sch sc shh
    2: iya_ ia_ iia_ ija_
    2: iye ie ye je
    2: ya ia ja
    2: yu iu ju
    2: yo io jo
    2: ye ie je yo > e
    2: _e > _ye _ie _je
    2: kh > h x ch
    2: /(?<![kscztgpd])h/ > g
    2: g > h
    2: zh > z
    2: ts > c tz
    2: sh > s
    2: ch > c
    2: /(?<=[^aeiouy_])y/ > i
    3: /(?<=[^aeiouy_])i(?=[^aeiou_])/ > y
    2: /(?<=[aeiou])ss(?=[aeiou])/ > s
    3: /(?<=[aeiou])s(?=[aeiou])/ > ss
    2: iv_ > ov_ ev_
    2: ov_ ev_ > iv_
    2: ayev aev aiv
    2: eyev eev iiv
    2: iev_ > yiv_
    2: uy ui
    2: ay ai aj
    2: ey ei ej
    2: oy oi oj
    3: w > v
    """
)
_BELARUSIAN = _rules(
    """
    1: _mahil > _mogil
    1: lyow_ liou_ > lev_
    2: yow_ iow_ iou_ yo > ev_
    2: aw_ au_ av_ > ov_
    2: ova_ > ovo_
    2: ye ie > e
    2: h > g
    2: g > h
    2: /(?<=[^aeiouy])a_/ > o_
    2: tsye tsie ci > te
    2: dzye dzie dzi > de
    2: avich > ovich
    2: chy_ > chi_
    2: chi_ > chy_
    2: uy ui
    3: y > i
    """
)
_BULGARIAN = _rules(
    """
    2: ou > u
    3: u > ou
    2: ar > ur r
    2: ur > ar
    3: /(?<=[^aeiou_])r(?=[^aeiou_])/ > ar ur
    2: sht > st shch
    2: h kh
    2: ts c
    2: ia_ iya_ ija_ ja_ ya_
    2: sh > s
    2: ch > c
    2: zh > z
    2: j y i
    """
)
_SOUTH_RULES = _rules(
    """
    1: ija_ iya_ ia_
    1: nje > ne
    1: nj ny
    1: lj ly
    1: dzh dz
    1: dj > d
    2: gj > d dj g
    1: kj > c k
    1: j > y
    1: y > j
    1: sh > s
    1: zh > z
    1: ch > c
    1: ts tz > c
    2: kh > h
    2: w > v
    2: ije > je e
    2: nj > n
    2: lj > l
    2: /n(?=[aeiou])/ > nj
    2: /l(?=[aeiou])/ > lj
    2: /(?<=[aeiou])i(?=[aeiou])/ > j
    2: /_i(?=[aeou])/ > _j
    2: /(?<=[aeiou])i_/ > j_
    2: /c(?=[aeiou])/ > ts ch
    3: /d(?=[aeou])/ > dj
    3: s > sh
    3: z > zh
    """
)
_ALBANIAN_RULES = _rules(
    """
    1: /(?<=[^aeiouy_])e_/ > a_
    1: /(?<=[^aeiouy_])a_/ > e_
    1: ove_ > ovo_ ova_
    1: ovo_ > ove_ ova_
    1: eve_ > evo_ eva_
    1: evo_ > eve_ eva_
    1: ovc_ ovac_
    1: evc_ evac_
    1: iq_ > ic_
    1: ic_ > iq_
    2: inje_ > inja_ ina_
    1: je_ > ja_ a_
    1: er_ > ra_
    1: /(?<=[^aeiou_])ra_/ > er_
    2: /(?<=[bcdfjlmnpqrstvxz])_/ > i_
    1: /(?<=[bcdfjlmnpqrstvxz])i_/ > _
    2: /(?<=[kgh])_/ > u_
    1: /(?<=[kgh])u_/ > _
    2: /(?<=[^aeiou])ia_/ > i_
    2: /(?<=[^aeiou])i_/ > ia_
    2: oja_ > o_
    2: /ll|rr/ > l r
    1: pj > plj
    1: bj > blj
    1: q > c ch k
    1: xh > dz dj j
    1: gj > dj d
    1: sh > s
    1: zh > z
    1: ch > c
    2: dh > d
    2: th > t
    2: nj ny
    2: y > i j
    2: j > i y
    """
)
_ARABIC_RULES = _rules(
    """
    1: _al_ _el_ _ad_ _ed_ _ar_ _er_ _as_ _es_ _ash_ _esh_ _an_ _en_ _at_ _et_ _az_ _ez_ _ul_ > _al_ _el_ _
    1: _al > _el _al_
    1: _el > _al _el_
    1: _deir_ _dayr_ _deyr_ _der_ _dair_
    1: _tel_ _tall_ _tell_ _tal_
    1: _beit_ _bayt_ _bait_ _bet_ _beyt_
    1: _ein_ _ayn_ _ain_ _ayin_ _in_
    1: _jabal_ _jebel_ _djebel_ _jabel_ _gebel_ _gabal_
    1: _wadi_ _ouadi_ _oued_ _uadi_
    1: _qasr_ _kasr_ _ksar_ _qasar_
    1: _umm_ _um_ _oum_ _om_
    1: _abu_ _abou_ _abo_
    1: _bin_ _ben_ _bani_ _beni_
    1: _kafr_ _kfar_ _kafar_ _kefar_ _kfer_
    1: _khan_ _han_
    1: ah_ a_ eh_ e_
    2: at_ et_ > a_ ah_
    1: iyah_ iya_ iyeh_ iyya_ iyyah_ ia_ iyye_
    1: ou oo > u
    2: u > ou oo
    1: ee > i
    3: i > ee
    1: ai ay ei ey
    2: aw au ao
    1: q > k
    2: k > q
    1: gh > g
    1: kh > h k
    1: dh > d z
    1: th > t s
    2: /(?<=[^aeiou])e(?=[^aeiou_])/ > a i
    1: _e > _i
    1: _i > _e
    2: j g dj
    1: aa > a
    2: /bb/ > b
    2: /ss/ > s
    2: /ll/ > l
    2: /yy/ > y
    2: /mm/ > m
    2: /nn/ > n
    2: y > i
    2: o > u
    2: h > -
    """
)
_TURKIC_RULES = _rules(
    """
    1: sh > s
    1: ch > c
    1: gh > g
    2: g > gh
    2: s > sh
    2: c > ch j
    2: j > c
    2: oe > o
    2: ue > u
    2: w > v
    2: q > k
    2: /(?<=[aeiou])g(?=[aeiou])/ > - y
    2: kh > h
    2: ou oo > u
    """
)
_GREEK_RULES = _rules(
    """
    2: ch h kh
    2: y i
    2: ph f
    2: ou u
    1: ei oi > i
    1: ai > e
    2: k c
    1: mp > b
    1: nt > d
    1: gk > g
    2: v b
    2: th > t
    1: x ks
    1: dh > d
    1: os_ on_ o_
    1: us_ > os_
    1: ae > ai e
    1: oe > oi i
    2: e_ i_
    2: /ss|ll|nn/ > s l n
    """
)
_UMLAUT_RULES = _rules(
    """
    1: oe > o
    1: ue > u
    1: ae > a
    1: aa > a
    1: ss > s
    """
)
_GEORGIAN_RULES = _rules(
    """
    2: kh > h x
    2: i_ > _
    2: okh ukh
    2: ts > c
    2: q > k
    2: gh > g
    2: dz > z
    """
)
_FAMILIES = (
    _Family(_EAST, _EAST_RULES, (_TO_RUSSIAN, _TO_RUSSIAN_Y, _TO_UKRAINIAN, _TO_UKRAINIAN_Y, _TO_UKRAINIAN_FEW), 36),
    _Family(_codes("BY"), _BELARUSIAN, (_BELARUSIAN,), 8),
    _Family(_SOUTH, _SOUTH_RULES, (), 12),
    _Family(_ALBANIAN, _ALBANIAN_RULES, (), 12),
    _Family(_ARABIC, _ARABIC_RULES, (), 14),
    _Family(_codes("BG MK"), _BULGARIAN, (), 6),
    _Family(_TURKIC, _TURKIC_RULES, (), 6),
    _Family(_GREEK, _GREEK_RULES, (), 6),
    _Family(_UMLAUT, _UMLAUT_RULES, (), 4),
    _Family(_codes("GE"), _GEORGIAN_RULES, (), 4),
)

# -- scripts ---------------------------------------------------------------------------------------------------


def _table(text: str) -> dict[str, str]:
    return {a: "" if b == "-" else b for a, b in (pair.split("=") for pair in text.split())}


_COMMON = "а=a б=b в=v д=d з=z к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f "
# Serbian and Macedonian: letter by letter, both ways (dž, lj, nj are one letter).
_SERBIAN = _table(
    _COMMON + "г=g ђ=đ е=e ж=ž и=i ј=j љ=lj њ=nj ћ=ć х=h ц=c ч=č џ=dž ш=š ѓ=gj ќ=kj ѕ=dz й=j ъ=a щ=št ю=ju я=ja ь=-"
)
_RUSSIAN = _table(
    _COMMON + "г=g е=e ё=yo ж=zh и=i й=y х=kh ц=ts ч=ch ш=sh щ=shch ъ=- ы=y ь=- э=e ю=yu я=ya і=i ї=yi є=ye ґ=g ў=w "
    "ј=j ђ=dj љ=lj њ=nj ћ=c џ=dz"
)
_UKRAINIAN = _table(
    _COMMON + "г=h ґ=g е=e є=ie ж=zh и=y і=i ї=i й=i х=kh ц=ts ч=ch ш=sh щ=shch ь=- ю=iu я=ia ё=io ы=y э=e ъ=- ў=u"
)
_BULGARIAN_LETTERS = _table(_COMMON + "г=g е=e ж=zh и=i й=y х=h ц=ts ч=ch ш=sh щ=sht ъ=a ь=y ю=yu я=ya")
_SCIENTIFIC = _table(
    _COMMON + "г=g е=e ё=e ж=z и=i й=j х=h ц=c ч=c ш=s щ=sc ъ=- ы=y ь=- э=e ю=ju я=ja і=i ї=ji є=je ґ=g ў=u"
)
_GREEK_PAIRS = _table(
    "ου=ou αυ=av ευ=ev ηυ=iv γγ=ng γκ=gk γξ=nx γχ=nch μπ=b ντ=nt αι=ai ει=ei οι=oi α=a β=v γ=g δ=d ε=e ζ=z η=i θ=th "
    "ι=i κ=k λ=l μ=m ν=n ξ=x ο=o π=p ρ=r σ=s ς=s τ=t υ=y φ=f χ=ch ψ=ps ω=o"
)
_GEORGIAN = _table(
    "ა=a ბ=b გ=g დ=d ე=e ვ=v ზ=z თ=t ი=i კ=k ლ=l მ=m ნ=n ო=o პ=p ჟ=zh რ=r ს=s ტ=t უ=u ფ=p ქ=k ღ=gh ყ=q შ=sh ჩ=ch "
    "ც=ts ძ=dz წ=ts ჭ=ch ხ=kh ჯ=j ჰ=h"
)
_GREEK_LETTERS = re.compile("|".join(sorted(_GREEK_PAIRS, key=lambda x: (-len(x), x))))

_LATIN_SERBIAN = {
    "lj": "љ", "nj": "њ", "dž": "џ", "a": "а", "b": "б", "v": "в", "g": "г", "d": "д", "đ": "ђ", "e": "е", "ž": "ж",
    "z": "з", "i": "и", "j": "ј", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п", "r": "р", "s": "с",
    "t": "т", "ć": "ћ", "u": "у", "f": "ф", "h": "х", "c": "ц", "č": "ч", "š": "ш",
}  # fmt: skip
# Latin to Russian and Ukrainian, longest first.
_LATIN_RUSSIAN = {
    "shch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш", "yu": "ю", "ya": "я", "yo": "е", "ye": "е",
    "yy": "ый", "iy": "ий", "ay": "ай", "ey": "ей", "oy": "ой", "uy": "уй", "a": "а", "b": "б", "v": "в", "g": "г",
    "d": "д", "e": "е", "z": "з", "i": "и", "j": "й", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п",
    "r": "р", "s": "с", "t": "т", "u": "у", "f": "ф", "h": "х", "c": "ц", "y": "ы",
}  # fmt: skip
_LATIN_UKRAINIAN = {
    "shch": "щ", "zh": "ж", "kh": "х", "ts": "ц", "ch": "ч", "sh": "ш", "iu": "ю", "yu": "ю", "ia": "я", "ya": "я",
    "ie": "є", "ye": "є", "yi": "ї", "aiv": "аїв", "yiv": "иїв", "a": "а", "b": "б", "v": "в", "h": "г", "g": "г",
    "d": "д", "e": "е", "z": "з", "i": "і", "j": "й", "k": "к", "l": "л", "m": "м", "n": "н", "o": "о", "p": "п",
    "r": "р", "s": "с", "t": "т", "u": "у", "f": "ф", "c": "ц", "y": "и",
}  # fmt: skip


def _letters(table: dict[str, str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(table, key=lambda x: (-len(x), x))))


_LATIN_SERBIAN_LETTERS = _letters(_LATIN_SERBIAN)
_LATIN_RUSSIAN_LETTERS = _letters(_LATIN_RUSSIAN)
_LATIN_UKRAINIAN_LETTERS = _letters(_LATIN_UKRAINIAN)
# What the marks of Latin letters are written as by those who have no marks.
_MARKS = str.maketrans(
    {
        "š": "sh", "ş": "sh", "ș": "sh", "č": "ch", "ç": "ch", "ć": "ch", "ž": "zh", "đ": "dj", "ğ": "gh", "ö": "oe",
        "ü": "ue", "ä": "ae", "å": "aa", "ø": "oe", "ñ": "ny", "ţ": "ts", "ț": "ts", "ł": "w", "ë": "yo",
    }
)  # fmt: skip
_CYRILLIC = re.compile("[\u0400-\u04ff]")
_GREEK_SCRIPT = re.compile("[\u0370-\u03ff\u1f00-\u1fff]")
_GEORGIAN_SCRIPT = re.compile("[\u10d0-\u10ff]")


def _translated(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(c, c) for c in text)


def _from_cyrillic(text: str) -> Iterator[tuple[str, int]]:
    """Romanisations of a lower-case Cyrillic name, likeliest first by its letters, with their costs."""
    serbian = any(c in "јљњћђџѓќѕ" for c in text)
    ukrainian = any(c in "іїєґ" for c in text)
    russian = any(c in "ыэёъ" for c in text)
    # A soft sign parts consonant and vowel: "нье" is "nye".
    parted = re.sub("ь(?=[еёюяіиоє])", "й", text)
    soft = re.sub("(?<=[аеёиоуыэюяъь])е|\\bе", "йе", parted)
    ordered: list[tuple[str, int]] = []
    if serbian:
        ordered.append((_translated(text, _SERBIAN), 0))
    if ukrainian:
        # At the beginning of a word Ukrainian romanisation writes y for the iotated vowels.
        begun = re.sub(r"\b([їєюяй])", lambda m: {"ї": "yi", "є": "ye", "ю": "yu", "я": "ya", "й": "y"}[m[1]], text)
        ordered.append((_translated(begun, _UKRAINIAN), 0))
    ordered.append((_translated(parted, _RUSSIAN), 1 if serbian or ukrainian else 0))
    ordered.append((_translated(soft, _RUSSIAN), 1))
    ordered.append((_translated(re.sub("(?:ий|ый)\\b", "y", parted), _RUSSIAN), 1))
    if not serbian:
        ordered.append((_translated(text, _SERBIAN), 1))
    if not ukrainian and not russian:
        begun = re.sub(r"\b([юяй])", lambda m: {"ю": "yu", "я": "ya", "й": "y"}[m[1]], text)
        ordered.append((_translated(begun, _UKRAINIAN), 2))
    if not serbian:
        ordered.append((_translated(text, _BULGARIAN_LETTERS), 2))
        ordered.append((_translated(text, _SCIENTIFIC), 2))
    yield from ordered


def _to_cyrillic(text: str, key: str) -> Iterator[tuple[str, int]]:
    """Cyrillic forms of a lower-case Latin name."""
    exact = _LATIN_SERBIAN_LETTERS.sub(lambda m: _LATIN_SERBIAN[m.group()], text)
    yield exact, 1
    if text == key:
        # Written without its marks: c, s and z may each be another letter. All of a kind at once.
        for plain, marked in (("c", "č"), ("s", "š"), ("z", "ž"), ("c", "ć"), ("dj", "đ")):
            if plain in text:
                changed = text.replace(plain, marked)
                yield _LATIN_SERBIAN_LETTERS.sub(lambda m: _LATIN_SERBIAN[m.group()], changed), 2
    for table, pattern in ((_LATIN_RUSSIAN, _LATIN_RUSSIAN_LETTERS), (_LATIN_UKRAINIAN, _LATIN_UKRAINIAN_LETTERS)):
        yield pattern.sub(lambda m, table=table: table[m.group()], re.sub(r"sky\b", "skiy", key)), 2  # type: ignore[misc]


# -- forms -----------------------------------------------------------------------------------------------------


def _expanded(seed: str, rules: Sequence[_Rule], cost: int, most: int, highest: int) -> Iterator[tuple[int, str]]:
    """The forms that up to three rules make of a padded text, the cheapest first."""
    fit = [r for r in rules if (r.old in seed if r.pattern is None else r.pattern.search(seed))][:24]
    heap: list[tuple[int, int, str, int, int]] = [(cost, 0, seed, 0, 0)]
    seen = {seed}
    count = 0
    made = 0
    while heap and made <= most:
        cost, _, text, first, steps = heapq.heappop(heap)
        if made:
            yield cost, text
        made += 1
        if steps == 3:
            continue
        for i in range(first, len(fit)):
            rule = fit[i]
            if cost + rule.cost > highest:
                continue
            new = rule.apply(text)
            if new not in seen:
                seen.add(new)
                count += 1
                following = next((k for k in range(i + 1, len(fit)) if fit[k].group != rule.group), len(fit))
                heapq.heappush(heap, (cost + rule.cost, count, new, following, steps + 1))


def _in_families(key: str, cost: int) -> Iterator[Variant]:
    seed = f" {key} "
    for family in _FAMILIES:
        seeds = [(seed, cost)]
        for system in family.systems:
            text = seed
            for rule in system:
                text = rule.apply(text)
            if all(text != other for other, _ in seeds):
                seeds.append((text, cost + 1))
                yield Variant(text, cost + 1, family.countries)
        share = max(4, family.most // len(seeds))
        for text, start in seeds:
            for total, form in _expanded(text, family.rules, start, share, cost + 6):
                yield Variant(form, total, family.countries)


def _all(name: str, key: str) -> Iterator[Variant]:
    text = unicodedata.normalize("NFC", name).lower().strip()
    words = key.split(" ")
    # "Petion Ville" is Pétionville elsewhere; "Jordan as" is the end of a name and a word more.
    if 1 < len(words) <= 3 and not any(word[0].islower() for word in name.split()):
        yield Variant("".join(words), 1, None)
        if len(words) == 3:
            yield Variant(f"{words[0]}{words[1]} {words[2]}", 2, None)
            yield Variant(f"{words[0]} {words[1]}{words[2]}", 2, None)
    latin: list[tuple[str, int]] = []
    if _CYRILLIC.search(text):
        latin = [(fold(form), cost) for form, cost in _from_cyrillic(text)]
    elif _GREEK_SCRIPT.search(text):
        plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
        form = _GREEK_LETTERS.sub(lambda m: _GREEK_PAIRS[m.group()], plain)
        latin = [(fold(form), 0), (fold(re.sub(r"\bnt", "d", form)), 1)]
    elif _GEORGIAN_SCRIPT.search(text):
        latin = [(fold(_translated(text, _GEORGIAN)), 0)]
    else:
        marked = fold(text.translate(_MARKS))
        if marked != key:
            yield Variant(marked, 1, None)
        yield from _in_families(key, 0)
        if key.replace(" ", "").isascii():
            for form, cost in _to_cyrillic(text, key):
                yield Variant(fold(form), cost, None)
        return
    for form, cost in latin:
        yield Variant(form, cost, None)
    for form, cost in dict(latin[:2]).items():
        yield from _in_families(form, cost + 1)


def variants(name: str) -> list[Variant]:
    """The forms of ``name``, the likeliest first, at most 40; never the folded name itself."""
    if not 3 <= len(name) <= 4 * _LONGEST:
        return []
    key = fold(name)
    if not 3 <= len(key) <= _LONGEST or not any(c.isalpha() for c in key):
        return []
    best: dict[str, Variant] = {}
    for form in _all(name, key):
        text = " ".join(form.key.split())
        if len(text) < 3 or text == key or len(text) > 2 * _LONGEST:
            continue
        old = best.get(text)
        if old is None:
            best[text] = Variant(text, form.cost, form.countries)
        else:
            both = None if old.countries is None or form.countries is None else old.countries | form.countries
            best[text] = Variant(text, min(old.cost, form.cost), both)
    return sorted(best.values(), key=lambda v: v.cost)[:_MOST]


def spelling_variants(name: str) -> tuple[str, ...]:
    """The folded keys that ``name`` may stand under in another romanisation, script or grammatical form.

    The likeliest come first; at most 40, and never ``fold(name)`` itself. Names of under three or over 60 letters
    have none. Whatever the text, the time is bounded and nothing is raised.
    """
    return tuple(v.key for v in variants(name))
