"""Tiles of a server and of a PMTiles file."""

from __future__ import annotations

import base64
import gzip
import json
import struct
from pathlib import Path

import pytest
from map_samples import sample_incidents

from geomap.errors import InputError, UsageError
from geomap.frames import incidents_to_gdf
from geomap.maps import build_map
from geomap.maps.tiles import _tile_number, online_tiles, packed_tiles

CREDIT = "© Somebody"
GIF = base64.b64decode("R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==")
HERE = (20.5, 42.5, 21.2, 43.2)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("ftp://tiles.example.org/{z}/{x}/{y}.png", "https"),
        ("file:///etc/{z}/{x}/{y}", "https"),
        ("javascript:alert(1)//{z}{x}{y}", "https"),
        ("//tiles.example.org/{z}/{x}/{y}.png", "https"),
        ("https://{s}.tiles.example.org/{z}/{x}/{y}.png", "one server"),
        ("https://me:secret@tiles.example.org/{z}/{x}/{y}.png", "plain host"),
        ("https://tiles.example.org;script-src/{z}/{x}/{y}.png", "plain host"),
        ("https://*/{z}/{x}/{y}.png", "plain host"),
        ("https:///{z}/{x}/{y}.png", "plain host"),
        ("https://tiles.example.org/map.png", "{z}"),
        ("https://tiles.example.org/{z}/{x}/{y}/{key}", "{z}"),
        ("https://tiles.example.org/{z}/{x}/{y}.png#x", "characters"),
        ("https://tiles.example.org/{z}/{x}/{y}\"onerror=", "characters"),
        ("https://tiles.example.org/{z}/{x}/{y} .png", "characters"),
        ("https://[::1/{z}/{x}/{y}", "--tiles"),
    ],
)  # fmt: skip
def test_what_is_no_tile_server_is_refused(url: str, told: str) -> None:
    with pytest.raises(UsageError) as caught:
        online_tiles(url, CREDIT)
    assert told in str(caught.value)


def test_a_credit_is_needed() -> None:
    for nothing in (None, "", " \n"):
        with pytest.raises(UsageError, match="--tiles-attribution"):
            online_tiles("https://tiles.example.org/{z}/{x}/{y}.png", nothing)


def test_the_policy_allows_pictures_of_that_host_and_nothing_else() -> None:
    tiles = online_tiles("https://Tiles.Example.org:8443/a/{z}/{x}/{y}{r}.png?k=1", "</script><b>mine</b>")
    page = build_map(incidents_to_gdf(sample_incidents()), tiles=tiles).get_root().render()
    policy = page.split('http-equiv="Content-Security-Policy" content="')[1].split('"')[0]
    named = [part for part in policy.split("; ") if "example.org" in part]
    assert named == ["img-src data: https://tiles.example.org:8443"]
    assert "<b>mine" not in page
    plain = build_map(incidents_to_gdf(sample_incidents())).get_root().render()
    assert "img-src data:;" in plain.replace("&#x27;", "'")


# ---- PMTiles --------------------------------------------------------------------------------------------------


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    return bytes([*out, number])


def directory(entries: list[tuple[int, int, int, int]]) -> bytes:
    """Entries (tile, offset, length, run) as the format has them."""
    out = varint(len(entries))
    last = 0
    for tile, *_ in entries:
        out += varint(tile - last)
        last = tile
    out += b"".join(varint(run) for *_, run in entries)
    out += b"".join(varint(length) for _, _, length, _ in entries)
    out += b"".join(varint(offset + 1) for _, offset, _, _ in entries)
    return gzip.compress(out, mtime=0)


def archive(path: Path, tiles: dict[tuple[int, int, int], bytes], *, kind: int = 2, leaf: bool = False, **more) -> Path:
    data, entries = b"", []
    for (z, x, y), content in sorted(tiles.items(), key=lambda one: _tile_number(*one[0])):
        entries.append((_tile_number(z, x, y), len(data), len(content), 1))
        data += content
    leaves = directory(entries) if leaf else b""
    root = directory([(0, 0, len(leaves), 0)] if leaf else entries)
    meta = gzip.compress(
        json.dumps(more.get("metadata", {"attribution": '<a href="x">Somebody</a> &amp; Co'})).encode()
    )
    zooms = [z for z, _, _ in tiles] or [0]
    at = 127
    places = []
    for part in (root, meta, leaves, data):
        places += [at, len(part)]
        at += len(part)
    head = b"PMTiles" + bytes([more.get("version", 3)]) + struct.pack("<8Q", *places) + struct.pack("<3Q", 0, 0, 0)
    head += bytes([1, 2, 1, kind, min(zooms), max(zooms)]) + bytes(25)
    path.write_bytes(head + root + meta + leaves + data)
    return path


WORLD = {(z, x, y): GIF + bytes([z, x, y]) for z in range(4) for x in range(1 << z) for y in range(1 << z)}


@pytest.mark.parametrize("leaf", [False, True])
def test_the_tiles_around_the_incidents_are_inlined(tmp_path: Path, leaf: bool) -> None:
    tiles = packed_tiles(archive(tmp_path / "a.pmtiles", WORLD, leaf=leaf), HERE)
    assert tiles.origin is None
    assert tiles.payload["credit"] == "Somebody & Co"
    assert (tiles.payload["minZoom"], tiles.payload["nativeZoom"]) == (0, 3)
    assert list(tiles.payload["data"]) == ["0/0/0", "1/1/0", "2/2/1", "3/4/2", "3/4/3"][: len(tiles.payload["data"])]
    kind, _, content = tiles.payload["data"]["2/2/1"].partition(";base64,")
    assert kind == "data:image/png"
    assert base64.b64decode(content) == WORLD[(2, 2, 1)]


def test_without_bounds_the_far_zooms_of_the_world_go_in(tmp_path: Path) -> None:
    assert len(packed_tiles(archive(tmp_path / "a.pmtiles", WORLD), None).payload["data"]) == len(WORLD)


def test_over_the_antimeridian_columns_wrap(tmp_path: Path) -> None:
    found = packed_tiles(archive(tmp_path / "a.pmtiles", WORLD), (178.0, -20.0, 184.0, -10.0)).payload["data"]
    assert {"3/7/4", "3/0/4"} <= set(found)


@pytest.mark.parametrize(("kind", "told"), [(1, "vector tiles"), (0, "unknown kind"), (6, "vector tiles")])
def test_vector_tiles_are_refused(tmp_path: Path, kind: int, told: str) -> None:
    with pytest.raises(InputError, match=told) as caught:
        packed_tiles(archive(tmp_path / "v.pmtiles", WORLD, kind=kind), HERE)
    assert "v.pmtiles" in str(caught.value)


def test_what_is_broken_is_told_with_its_name(tmp_path: Path) -> None:
    good = archive(tmp_path / "a.pmtiles", WORLD).read_bytes()
    for content, told in [
        (b"", "no PMTiles"),
        (b"PMTiles" + bytes([2]) + bytes(119), "version 2"),
        (good[:130], "ends too early"),
        (good[:127] + b"\x00" * 40 + good[167:], "damaged"),
        (good[: len(good) - 2000], "ends too early"),
    ]:
        broken = tmp_path / "broken.pmtiles"
        broken.write_bytes(content)
        with pytest.raises(InputError, match=told) as caught:
            packed_tiles(broken, HERE)
        assert "broken.pmtiles" in str(caught.value)
    with pytest.raises(InputError, match="cannot be read"):
        packed_tiles(tmp_path / "none.pmtiles", HERE)
    with pytest.raises(InputError, match="no tiles where"):
        packed_tiles(archive(tmp_path / "b.pmtiles", {(3, 0, 0): GIF}), HERE)


def test_a_file_that_names_nobody_needs_a_credit(tmp_path: Path) -> None:
    path = archive(tmp_path / "a.pmtiles", WORLD, metadata={})
    with pytest.raises(UsageError, match="--tiles-attribution"):
        packed_tiles(path, HERE)
    assert packed_tiles(path, HERE, attribution=CREDIT).payload["credit"] == CREDIT
