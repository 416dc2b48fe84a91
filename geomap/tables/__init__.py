"""Rows of tables: CSV and TSV, spreadsheets (XLSX), Parquet, JSON Lines, GeoJSON and JSON lists of objects.

::

    with open_table("incidents.csv") as table:
        print(table.columns, table.notes)
        for row in table.rows(report=print):
            print(table.where(row.number), row.cells["town"])

Every cell comes as text: numbers as they would be written, dates as ISO days, nested values as JSON, what is missing
as "". Rows are read as a stream, within limits on the length of a line, a cell and the number of columns; a row that
cannot be read is reported as an InputError that names it, and the others go on.
"""

from __future__ import annotations

from geomap.tables.columns import guess_columns, plain_name
from geomap.tables.opening import TABLE_SUFFIXES, open_table
from geomap.tables.table import Report, Row, Table

__all__ = ["TABLE_SUFFIXES", "Report", "Row", "Table", "guess_columns", "open_table", "plain_name"]
