{{ config(materialized='view') }}

with

of_kind as (
    select * from {{ ref('int_current_responses') }}
    where scope = 'kind'
),

of_survey as (
    select * from {{ ref('int_current_responses') }}
    where scope = 'survey'
),

segmented as (
    {{ by_segment('of_kind', account_segment_types()) }}
)

select
    'total' as breakdown_type,
    'all' as breakdown_value,
    date_day,
    response_id,
    survey_kind,
    score,
    category,
    arr_weight
from of_kind
union all
select
    segment_type as breakdown_type,
    segment_value as breakdown_value,
    date_day,
    response_id,
    survey_kind,
    score,
    category,
    arr_weight
from segmented
union all
select
    'survey' as breakdown_type,
    survey_id as breakdown_value,
    date_day,
    response_id,
    survey_kind,
    score,
    category,
    arr_weight
from of_survey
