"""Articles of our own for the tests of event coding, in several styles and regions. None of it is news.

Each has a publication day, a text, and the places that a resolver would have found (name → entry).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from geomap.records import Article, Mention, Place, Resolution

COMPASS = {"northern": "N", "southern": "S", "eastern": "E", "western": "W"}


def _place(name: str, lat: float, lon: float, code: str = "PPL", country: str = "", population: int = 20_000) -> Place:
    return Place(
        id=f"t:{name}",
        name=name,
        lat=lat,
        lon=lon,
        feature_class="A" if code.startswith(("ADM", "PCL")) else "S" if code == "PSTB" else "P",
        feature_code=code,
        country_code=country,
        population=population,
        radius_km=300.0 if code.startswith(("ADM", "PCL")) else 4.0,
    )


@dataclass(frozen=True)
class Story:
    name: str
    published: str
    text: str
    places: tuple[Place, ...]
    datelines: tuple[str, ...] = ()
    metonyms: tuple[str, ...] = ()
    nil: tuple[str, ...] = ()

    def article(self) -> Article:
        return Article(doc_id=self.name, text=self.text, published=self.published)

    def resolutions(self) -> list[Resolution]:
        by_name: dict[str, Place | None] = {p.name: p for p in self.places}
        by_name.update(dict.fromkeys(self.nil))
        taken: list[tuple[int, int]] = []
        out: list[Resolution] = []
        for name in sorted(by_name, key=len, reverse=True):
            for match in re.finditer(rf"\b{re.escape(name)}\b", self.text, re.IGNORECASE):
                if any(a < match.end() and match.start() < b for a, b in taken):
                    continue
                taken.append(match.span())
                word = self.text[: match.start()].split(" ")[-2:-1]
                place = by_name[name]
                out.append(
                    Resolution(
                        mention=Mention(
                            start=match.start(),
                            end=match.end(),
                            text=match.group(),
                            dateline=name in self.datelines and match.start() < 20,
                            metonym=name in self.metonyms,
                            direction=COMPASS.get(word[0]) if word else None,
                        ),
                        place=place,
                        score=0.9 if place else 0.0,
                        rule="test",
                    )
                )
        return sorted(out, key=lambda r: r.mention.start)


NIGERIA = Story(
    name="nigeria",
    published="2023-06-14",
    datelines=("Abuja",),
    places=(
        _place("Abuja", 9.06, 7.49, "PPLC", "NG", 1_200_000),
        _place("Birnin Gwari", 11.02, 6.78, country="NG"),
        _place("Kaduna", 10.52, 7.44, "PPLA", "NG", 1_500_000),
        _place("Zaria", 11.11, 7.72, country="NG", population=900_000),
        _place("Kaduna State", 10.4, 7.8, "ADM1", "NG"),
        _place("Funtua", 11.52, 7.31, country="NG"),
        _place("Maiduguri", 11.85, 13.16, "PPLA", "NG", 1_100_000),
        _place("Jos", 9.92, 8.89, "PPLA", "NG", 900_000),
    ),
    text=(
        "ABUJA, June 14 - Gunmen on motorcycles killed at least 22 villagers and kidnapped dozens of others near "
        "Birnin Gwari in Kaduna State on Monday night, a community leader said.\n\n"
        "The attackers set fire to houses and a market before fleeing into the forest. Police confirmed the raid but "
        "gave no figures.\n\n"
        "Earlier in the day a lorry overturned on the Kaduna-Zaria highway, killing four people.\n\n"
        "Troops rescued nine hostages in Funtua on Sunday and seized three rifles, the army said in a statement. "
        "It dismissed reports that soldiers had opened fire on traders in Maiduguri.\n\n"
        "Women in black marched through Jos on Tuesday to demand protection. Organisers put the crowd at 3,000; the "
        "governor promised to deploy more police to the area next week."
    ),
)

KASHMIR = Story(
    name="kashmir",
    published="2019-03-04",
    datelines=("Srinagar",),
    metonyms=("Islamabad", "New Delhi"),
    places=(
        _place("Srinagar", 34.09, 74.8, "PPLA", "IN", 1_200_000),
        _place("Islamabad", 33.72, 73.04, "PPLC", "PK", 1_000_000),
        _place("New Delhi", 28.64, 77.22, "PPLC", "IN", 300_000),
        _place("Poonch", 33.77, 74.09, country="IN"),
        _place("Sopore", 34.3, 74.47, country="IN"),
        _place("Kupwara", 34.53, 74.25, country="IN"),
        _place("Anantnag", 33.73, 75.15, country="IN"),
        _place("Pakistan", 30.0, 70.0, "PCLI", "PK"),
        _place("Handwara", 34.4, 74.28, country="IN"),
    ),
    text=(
        "SRINAGAR (Agencies) — Two soldiers and a policeman were killed in a gun battle with militants in the town of "
        "Handwara on Sunday. The fighting lasted 14 hours.\n\n"
        "Shelling from across the border wounded five civilians in Poonch overnight, officials said. Islamabad denied "
        "that its troops had shelled any village.\n\n"
        "In Sopore, 50 km north of Srinagar, shops stayed shut as students threw stones at a police patrol on Monday "
        "morning; officers fired tear gas to disperse them.\n\n"
        "Authorities imposed a curfew in Kupwara and said it would be lifted on Wednesday. Separatists have called a "
        "general strike for Friday in Anantnag.\n\n"
        "If talks collapse, New Delhi could close the crossing at Poonch, analysts warn. The two countries fought a "
        "war over the region in 1965."
    ),
)

COLOMBIA = Story(
    name="colombia",
    published="2021-05-06",
    places=(
        _place("Cali", 3.44, -76.52, "PPLA", "CO", 2_400_000),
        _place("Bogotá", 4.61, -74.08, "PPLC", "CO", 7_700_000),
        _place("Buga", 3.9, -76.3, country="CO"),
        _place("Buenaventura", 3.88, -77.02, country="CO"),
        _place("Pasto", 1.21, -77.28, "PPLA", "CO", 380_000),
        _place("Cauca", 2.5, -76.8, "ADM1", "CO"),
        _place("Washington", 38.9, -77.03, "PPLC", "US", 600_000),
    ),
    metonyms=("Washington",),
    text=(
        "Hundreds of protesters clashed with riot police in the south of Cali late on Wednesday, leaving two people "
        "dead and 30 injured, the ombudsman's office said.\n"
        "Truckers have blocked the road between Buga and Buenaventura since Monday, causing fuel shortages.\n"
        "In the capital, Bogotá, demonstrators burned a police station on Tuesday night. The mayor called it the worst "
        "violence in years.\n"
        "A court clerk was allegedly abducted by rebels in Pasto last week. Police freed him on Saturday.\n"
        "Indigenous leaders in Cauca threatened to block the main highway unless the government withdraws its troops.\n"
        "Washington urged restraint. Shares in the state oil company rallied on Thursday, and the finance minister was "
        "fired after the tax bill came under fire in congress."
    ),
)

PHILIPPINES = Story(
    name="philippines",
    published="2017-10-18",
    datelines=("Manila",),
    places=(
        _place("Manila", 14.6, 120.98, "PPLC", "PH", 1_600_000),
        _place("Marawi", 8.0, 124.29, country="PH", population=200_000),
        _place("Iligan", 8.23, 124.24, country="PH", population=300_000),
        _place("Jolo", 6.05, 121.0, country="PH"),
        _place("Cotabato", 7.22, 124.25, country="PH", population=300_000),
        _place("Malaysia", 4.2, 102.0, "PCLI", "MY"),
    ),
    text=(
        "MANILA, Philippines (Oct. 18) - Warplanes bombed the last militant positions in the centre of Marawi on "
        "Tuesday as soldiers closed in on the remaining gunmen, the military said. About 20 hostages are believed to "
        "be held there.\n\n"
        "Some 300 residents were evacuated to Iligan, 38 km north of the city.\n\n"
        "A bomb exploded outside a bus terminal in Cotabato on Monday morning, wounding six passengers. No group has "
        "claimed the blast. A second device was found and defused.\n\n"
        "According to unconfirmed reports, a German captive was beheaded on the island of Jolo.\n\n"
        "The army plans to withdraw two battalions from Marawi next month. Malaysia has offered to host peace talks."
    ),
)

TURKEY = Story(
    name="turkey",
    published="2020-11-02",
    places=(
        _place("Izmir", 38.41, 27.14, "PPLA", "TR", 2_800_000),
        _place("Bayrakli", 38.46, 27.17, country="TR", population=300_000),
        _place("Samos", 37.75, 26.97, "PPL", "GR", 30_000),
        _place("Ankara", 39.92, 32.85, "PPLC", "TR", 3_500_000),
        _place("Seferihisar", 38.2, 26.84, country="TR"),
        _place("Aegean Sea", 38.5, 25.0, "SEA"),
        _place("Greece", 39.0, 22.0, "PCLI", "GR"),
        _place("Turkey", 39.0, 35.0, "PCLI", "TR"),
    ),
    text=(
        "Rescuers pulled a girl alive from the rubble of a collapsed block of flats in Bayrakli on Monday, three days "
        "after an earthquake killed 94 people in and around Izmir.\n\n"
        "The quake struck on Friday afternoon off Seferihisar and was felt as far as Ankara. Two teenagers died on the "
        "Greek island of Samos when a wall fell on them.\n\n"
        "Police in Izmir detained seven people on Sunday over provocative posts about the disaster. Prosecutors struck "
        "a deal with one of them.\n\n"
        "A memorial for the victims of the 1999 earthquake will be held in Ankara on Thursday."
    ),
)

MALI = Story(
    name="mali",
    published="2022-04-10",
    places=(
        _place("Bamako", 12.65, -8.0, "PPLC", "ML", 2_700_000),
        _place("Gao", 16.27, -0.04, "PPLA", "ML", 87_000),
        _place("Ansongo", 15.66, 0.5, country="ML"),
        _place("Moura", 14.35, -4.45, country="ML", population=5_000),
        _place("Timbuktu", 16.77, -3.0, "PPLA", "ML", 35_000),
        _place("Niger", 17.0, 8.0, "PCLI", "NE"),
        _place("Mali", 17.0, -4.0, "PCLI", "ML"),
        _place("Paris", 48.85, 2.35, "PPLC", "FR", 2_100_000),
    ),
    metonyms=("Paris",),
    text=(
        "BAMAKO - Mali's army said on Saturday that it had killed 203 militants in Moura at the end of March, but "
        "witnesses accused soldiers of executing civilians.\n\n"
        "Jihadists have besieged Ansongo, south-east of Gao, for a month; a convoy of food trucks was ambushed on the "
        "road to the town on Thursday and three drivers were abducted.\n\n"
        "A French base outside Timbuktu came under rocket fire on Friday. There were no casualties.\n\n"
        "Paris said it had completed its withdrawal from the base. A protest planned for Sunday in "
        "Bamako was banned.\n\n"
        "The rebels claim to have shot down an army helicopter near the border with Niger."
    ),
    datelines=("Bamako",),
)

STORIES = (NIGERIA, KASHMIR, COLOMBIA, PHILIPPINES, TURKEY, MALI)
