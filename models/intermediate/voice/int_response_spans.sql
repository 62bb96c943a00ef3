with

responses as (
    select * from {{ ref('int_voice_responses') }}
)

select
    source_system,
    response_id,
    'kind' as scope,
    response_date as current_from_date,
    {{ survey_current_until('survey_kind') }} as current_to_date
from responses
union all
-- NPS by survey is a breakdown of its own: an answer to another survey does not replace the one to this
select
    source_system,
    response_id,
    'survey' as scope,
    response_date as current_from_date,
    {{ survey_current_until('survey_kind, survey_id') }} as current_to_date
from responses
where survey_kind = 'nps'
