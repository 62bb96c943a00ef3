"""The project as dbt compiles it: the SQL of every model, and what it says of its metrics."""
