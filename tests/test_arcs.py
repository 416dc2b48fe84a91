"""Lines as short strings and back."""

from __future__ import annotations

import random

from geomap.arcs import decode_arc, encode_arcs


def test_what_is_written_is_read_back() -> None:
    chance = random.Random(5)
    arcs = [[(chance.uniform(-180, 180), chance.uniform(-90, 90)) for _ in range(n)] for n in (1, 2, 3, 50)]
    arcs += [[(0.0, 0.0), (0.0, 0.0)], [(-180.0, -90.0), (180.0, 90.0), (-180.0, -90.0)]]
    for decimals in (2, 3, 5):
        coded = encode_arcs(arcs, decimals=decimals)
        for arc, text in zip(arcs, coded["arcs"], strict=True):
            assert decode_arc(text, coded["scale"]).tolist() == [
                [round(lon, decimals), round(lat, decimals)] for lon, lat in arc
            ]


def test_the_form_is_the_widely_used_one() -> None:
    # The example of the format's own description, with its axes in our order.
    assert encode_arcs([[(38.5, -120.2), (40.7, -120.95), (43.252, -126.453)]], decimals=5)["arcs"] == [
        "_p~iF~ps|U_ulLnnqC_mqNvxq`@"
    ]


def test_points_that_fall_on_the_one_before_are_left_out_but_the_last() -> None:
    (text,) = encode_arcs([[(1.0, 2.0), (1.0004, 2.0), (3.0, 4.0), (3.0, 4.0001)]], decimals=2)["arcs"]
    assert decode_arc(text, 100).tolist() == [[1.0, 2.0], [3.0, 4.0], [3.0, 4.0]]
