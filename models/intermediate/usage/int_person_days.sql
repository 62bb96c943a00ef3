with

days as (
    select distinct
        person_id,
        account_id,
        platform,
        activity_date
    from {{ ref('int_activity') }}
)

select
    days.person_id,
    days.account_id,
    days.platform,
    days.activity_date,
    {{ segment_columns('spans') }},
    spans.valid_from_date as account_span_from_date
from days
left join {{ ref('int_account_spans') }} as spans
    on
        days.account_id = spans.account_id
        and {{ is_within('days.activity_date', 'spans.valid_from_date', 'spans.valid_to_date') }}
