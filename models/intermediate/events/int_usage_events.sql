{{ config(materialized='view') }}

{{ staged_rows('usage_events') }}
