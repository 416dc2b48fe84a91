"""The limit of a cell is the reader's own, whoever else reads CSV."""

from __future__ import annotations

import csv
import io

import pytest

from geomap.csv_records import next_record


def test_two_readers_have_each_their_limit() -> None:
    before = csv.field_size_limit()
    long, short = (csv.reader(io.StringIO("a\n" + "x" * 500 + "\n")) for _ in range(2))
    assert next_record(long, 1_000) == next_record(short, 100) == ["a"]
    assert next_record(long, 1_000) == ["x" * 500]
    with pytest.raises(csv.Error):
        next_record(short, 100)
    with pytest.raises(StopIteration):
        next_record(long, 1_000)
    assert csv.field_size_limit() == before
