{{ config(materialized='view') }}

with

person_days as (
    select * from {{ ref('int_person_days') }}
)

select
    person_id,
    account_id,
    activity_date,
    segment_type,
    segment_value
from ({{ by_segment('person_days', account_segment_types() + ['platform']) }}) as segmented
