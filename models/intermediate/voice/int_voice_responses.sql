with

responses as (
    select * from {{ ref('int_survey_responses') }}
    where row_outcome = 'accepted'
),

spans as (
    select * from {{ ref('int_account_spans') }}
),

counted as (
    {{ of_counted_people('responses', 'person_id') }}
),

dated as (
    select
        source_system,
        response_id,
        source_order,
        load_id,
        landing_row,
        invitation_id,
        survey_id,
        survey_kind,
        resolved_person_id as person_id,
        resolved_account_id as account_id,
        responded_at,
        {{ local_date('responded_at') }} as response_date,
        score,
        {{ survey_category('survey_kind', 'score') }} as category
    from counted
)

select
    dated.*,
    {{ segment_columns('spans') }},
    coalesce(spans.is_backfilled, false) as is_backfilled,
    spans.arr as account_arr
from dated
left join spans
    on
        dated.account_id = spans.account_id
        and {{ is_within('dated.response_date', 'spans.valid_from_date', 'spans.valid_to_date') }}
