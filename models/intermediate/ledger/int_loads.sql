{{ config(materialized='view') }}

select *
from {{ ref('stg_landing__loads') }}
where undone_at is null
