"""How exactly an incident's place is told: ACLED's geo_precision, UCDP's where_prec and a radius in km."""

from __future__ import annotations

from collections.abc import Iterable

__all__ = ["Precision", "coarsest", "precision_of"]

Precision = tuple[int, int, float | None]
"""As of one place, ACLED's level (9 for a country, which has none), UCDP's, and how far it reaches."""

_COUNTRIES = frozenset({"PCLI", "PCL", "PCLS", "PCLD", "PCLF", "PCLH", "PCLIX", "TERR", "CONT", "SEA", "OCN"})
_DISTRICTS = frozenset({"ADM2", "ADM3", "ADM4", "ADMD"})
# UCDP's 2 ends at 25 km; a place farther from the named one is fuzzy.
_NEAR_KM = 25.0
# "Near" is no nearer than that, however small the place.
_LEAST_NEAR_KM = 5.0


def precision_of(
    role: str,
    *,
    known: bool,
    feature_code: str | None = None,
    is_area: bool = False,
    radius_km: float | None = None,
    direction: str | None = None,
    distance_km: float | None = None,
) -> Precision:
    """The precision of one place by the part it plays; ``known`` says that a gazetteer has it."""
    if not known and not is_area:
        return 9, 6, None
    if role == "along":
        return 3, 5, radius_km
    if feature_code in _COUNTRIES:
        return 3 if direction else 9, 6, radius_km
    if is_area:
        return 3, 3 if feature_code in _DISTRICTS else 4, radius_km
    if role == "near":
        away = distance_km or 0.0
        return 2, 2 if away <= _NEAR_KM else 5, max(radius_km or 0.0, away, _LEAST_NEAR_KM)
    if role == "part_of":
        return 2, 1 if direction is None else 2, radius_km
    return 1, 1, radius_km


def coarsest(places: Iterable[Precision]) -> tuple[int | None, int | None, float | None]:
    """What holds for an incident: geo_precision, where_prec and the radius of its coarsest place; all None without."""
    worst = max(places, key=lambda one: one[:2], default=None)
    if worst is None:
        return None, None, None
    return None if worst[0] == 9 else worst[0], worst[1], worst[2]
