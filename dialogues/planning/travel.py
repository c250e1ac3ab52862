"""How many hours the journeys of a plan take: a simple model, so that plans can be compared.

One team goes from the regional office of each län to the län's residence town and back, once for every
`A_TRIP` huvudmän of the län in the same batch. What it travels between the huvudmän of a trip is as much in
every plan and not counted, nor are those whose län is not known. All dialogues count as held on the spot.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

A_TRIP = 5
"""How many dialogues a team holds before it goes home: those of a week."""
DETOUR, KM_PER_HOUR, LEAST_HOURS = 1.3, 75.0, 1.0
"""How much longer the way is than the shortest line, how fast one comes forward, and the shortest way there:
the län around its own office is large too."""
EARTH_KM = 6371.0

Point = tuple[float, float]
"""Degrees north and east."""

TOWNS: Mapping[str, Point] = {
    "Stockholm": (59.33, 18.07),
    "Solna": (59.36, 18.00),
    "Uppsala": (59.86, 17.64),
    "Nyköping": (58.75, 17.01),
    "Linköping": (58.41, 15.62),
    "Jönköping": (57.78, 14.16),
    "Växjö": (56.88, 14.81),
    "Kalmar": (56.66, 16.36),
    "Visby": (57.64, 18.30),
    "Karlskrona": (56.16, 15.59),
    "Malmö": (55.60, 13.00),
    "Halmstad": (56.67, 12.86),
    "Göteborg": (57.71, 11.97),
    "Karlstad": (59.38, 13.50),
    "Örebro": (59.27, 15.21),
    "Västerås": (59.61, 16.55),
    "Falun": (60.61, 15.63),
    "Gävle": (60.67, 17.14),
    "Härnösand": (62.63, 17.94),
    "Östersund": (63.18, 14.64),
    "Umeå": (63.83, 20.26),
    "Luleå": (65.58, 22.15),
}
RESIDENCE: Mapping[str, str] = {
    "01": "Stockholm",
    "03": "Uppsala",
    "04": "Nyköping",
    "05": "Linköping",
    "06": "Jönköping",
    "07": "Växjö",
    "08": "Kalmar",
    "09": "Visby",
    "10": "Karlskrona",
    "12": "Malmö",
    "13": "Halmstad",
    "14": "Göteborg",
    "17": "Karlstad",
    "18": "Örebro",
    "19": "Västerås",
    "20": "Falun",
    "21": "Gävle",
    "22": "Härnösand",
    "23": "Östersund",
    "24": "Umeå",
    "25": "Luleå",
}
"""The residence town of each län, by the län's code."""


@dataclass(frozen=True)
class Travel:
    """The journeys of a plan: how many there and back, their hours for one team, and huvudmän not counted."""

    trips: int
    hours: float
    unplaced: int


def travel_of(placed: Iterable[tuple[str, str, str]], bases: Mapping[str, str]) -> Travel:
    """The journeys to (region, office, block) of every huvudman; `bases` names the town of an office.

    An office whose town is not known, or none, counts as in the residence town.
    """
    groups: dict[tuple[str, str, str], int] = {}
    for where in placed:
        groups[where] = groups.get(where, 0) + 1
    trips, hours, unplaced = 0, 0.0, 0
    for (region, office, _block), count in groups.items():
        if region not in RESIDENCE:
            unplaced += count
            continue
        here = -(-count // A_TRIP)
        trips += here
        hours += here * 2 * hours_to(region, bases.get(office, ""))
    return Travel(trips, round(hours, 1), unplaced)


def hours_to(region: str, town: str) -> float:
    """Hours one way from a town to a län's residence town."""
    there = TOWNS[RESIDENCE[region]]
    return max(LEAST_HOURS, apart_km(TOWNS.get(town, there), there) * DETOUR / KM_PER_HOUR)


def apart_km(one: Point, other: Point) -> float:
    """The shortest way along the earth, in kilometres (haversine)."""
    (north, east), (north_2, east_2) = ([math.radians(each) for each in point] for point in (one, other))
    half = math.sin((north_2 - north) / 2) ** 2
    half += math.cos(north) * math.cos(north_2) * math.sin((east_2 - east) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(half))
