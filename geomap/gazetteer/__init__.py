"""The gazetteer: an SQLite store built once, and the places that people add."""
