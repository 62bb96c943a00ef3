"""Runs the project's own SQL on many small companies in one DuckDB process.

`project` compiles it once with dbt, `warehouse` runs it on a company, `compare` holds tables
against each other.
"""
