"""The closed-class words by which a place's part in its clause is read: parts, edges, kinds, buildings, roads."""

from __future__ import annotations

from geomap.incidents.syntax import words

__all__ = [
    "AREA_KINDS",
    "AREA_NOUNS",
    "BUILDINGS",
    "COMPASS",
    "EDGES",
    "HOLDERS",
    "IN",
    "KINDS",
    "LINE_NOUNS",
    "NEAR",
    "OUTSIDE",
    "OWNED",
    "PARTS",
    "ROADS",
    "SITES",
    "STAYING",
    "TO_NEAR",
    "UNITS",
    "WARDS",
    "WHEN",
]

COMPASS = {
    "north": "N", "northern": "N", "south": "S", "southern": "S", "east": "E", "eastern": "E", "west": "W",
    "western": "W", "north-east": "NE", "northeast": "NE", "northeastern": "NE", "north-eastern": "NE",
    "north-west": "NW", "northwest": "NW", "northwestern": "NW", "north-western": "NW", "south-east": "SE",
    "southeast": "SE", "southeastern": "SE", "south-eastern": "SE", "south-west": "SW", "southwest": "SW",
    "southwestern": "SW", "south-western": "SW", "central": "C", "centre": "C", "center": "C", "heart": "C",
    "middle": "C", "downtown": "C",
}  # fmt: skip
PARTS = words(
    "part parts side half section sector quarter quarters end district districts neighbourhood "
    "neighbourhoods neighborhood neighborhoods area areas corner streets street centre center heart "
    "middle suburb suburbs sections zone wards ward interior countryside markets avenue boulevard square plaza "
    "thoroughfare waterfront skies downtown "
)
STAYING = words(
    "siren sirens alarm alarms protest protests demonstration demonstrations rally march riot riots unrest curfew "
    "blackout flood floods flooding earthquake quake siege fall capture evacuation lockdown power airspace"
)
"""What goes on in the place that it belongs to: "X's sirens", but not "X's raid"."""
WARDS = words("district quarter neighbourhood neighborhood borough ward")
WHEN = words(
    "yesterday today tomorrow tonight overnight noon midnight morning afternoon evening night monday tuesday wednesday "
    "thursday friday saturday sunday january february march april may june july august "
    "september october november december"
)
EDGES = words(
    "outskirts edge edges suburbs vicinity hills hill woods forest forests mountains mountain fields "
    "approaches approach surroundings periphery environs coast shore bank shores heights hinterland"
)
KINDS = words(
    "town city village place suburb port camp municipality settlement hamlet community commune quarter "
    "district neighbourhood neighborhood borough township capital stronghold resort metropolis enclave "
    "locality townlet slum shantytown barrio favela island suburbs towns cities villages districts provinces regions "
    "neighbourhoods neighborhoods camps islands"
)
AREA_KINDS = words("province region state oblast governorate department county republic territory country")
AREA_NOUNS = words(
    "region regions province provinces oblast county counties governorate governorates prefecture "
    "department departments state states territory raion canton peninsula valley"
)
SITES = words(
    "crossing crossings checkpoint checkpoints camp camps market markets airport bridge bridges base "
    "bases port harbour harbor station stations hospital square district districts quarter quarters "
    "neighbourhood neighborhood suburb suburbs refinery plant mine mines dam prison barracks stadium "
    "university border post island islands village villages town towns city mosque church monastery hotel "
    "gate pass river bay hill hills farm estate settlement settlements gas oil nuclear power airfield "
    "airbase tunnel cathedral temple shrine school beach park forest terminal depot factory hall palace "
    "line municipality township locality commune ward parish enclave garrison outpost roundabout subdistrict slum "
    "countryside cantonment lga barrio favela junction intersection"
)
BUILDINGS = words(
    "home homes house houses apartment residence residences office offices headquarters restaurant restaurants cafe "
    "café bar nightclub club shop shops store bakery bank court courthouse courtroom compound embassy consulate villa "
    "hotel hospital clinic school mosque church synagogue temple theatre theater cinema supermarket mall campus "
    "marketplace bazaar warehouse garage cemetery playground kindergarten pharmacy"
)
HOLDERS = words(
    "official officials officer officers resident residents authorities authority police soldiers troops workers "
    "spokesman spokeswoman spokesperson director chief chiefs mayor governor governors commander commanders leaders "
    "leader students student employees staff deputy head security guards guard mayor government council councillor "
    "lawmaker lawmakers judge prosecutor prosecutors fans team players native man woman men women rebels militants"
)
OWNED = (
    SITES
    | PARTS
    | EDGES
    | BUILDINGS
    | words(
        "capital coastline skies sky waters airspace territory shores thoroughfares thoroughfare waterfront seafront "
        "perimeter marketplace square squares shopping mainland peninsula desert jungle jungles jungle interior soil "
        "slum slums ghetto avenue roundabout street streets"
    )
)
ROADS = words("highway road motorway railway railroad line route corridor expressway turnpike axis track")
TO_NEAR = words(
    "road roads bridge bridges route routes approach approaches entrance entrances gateway highway close "
    "next adjacent opposite access crossing street lane railway exit exits closer near"
)
NEAR = words("near outside beyond beside off opposite above below behind nearby around toward towards past")
IN = words("in at inside within throughout across through over under into onto on upon amid against of")
LINE_NOUNS = frozenset(["border", "borders", "frontier", "boundary", "line"])
OUTSIDE = words("airport airfield airbase base dam refinery mine mines mountains hills field fields farms plains camp")
UNITS = words("km kilometre kilometres kilometer kilometers kms miles mile metres meters m mi yards")
