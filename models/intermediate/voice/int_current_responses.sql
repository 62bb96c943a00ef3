with

responses as (
    select * from {{ ref('int_voice_responses') }}
),

spans as (
    select * from {{ ref('int_response_spans') }}
),

dates as (
    select * from {{ ref('int_voice_dates') }}
),

-- within what the accounts' respondents are counted
scoped as (
    select
        responses.*,
        spans.scope,
        spans.current_from_date,
        spans.current_to_date,
        case spans.scope when 'survey' then responses.survey_id end as scope_survey_id
    from spans
    inner join responses
        on
            spans.source_system = responses.source_system
            and spans.response_id = responses.response_id
),

dated as (
    select
        scoped.*,
        dates.date_day
    from scoped
    inner join dates
        on {{ is_within('dates.date_day', 'scoped.current_from_date', 'scoped.current_to_date') }}
)

select
    date_day,
    scope,
    source_system,
    response_id,
    person_id,
    survey_kind,
    survey_id,
    score,
    category,
    plan,
    size_segment,
    industry,
    region,
    {{ nps_arr_weight('account_arr', 'account_id', 'date_day, scope, survey_kind, scope_survey_id') }} as arr_weight
from dated
