with

paid as (
    select * from {{ ref('int_subscriptions') }}
    where not is_trial
),

boundaries as (
    select
        account_id,
        {{ beginning_of_time() }} as boundary_date
    from {{ ref('int_subscriptions') }}
    union all
    select
        account_id,
        started_date
    from paid
    union all
    select
        account_id,
        ended_date
    from paid
    where ended_date is not null
),

spans as (
    {{ spans_between('boundaries') }}
)

select
    spans.account_id,
    spans.valid_from_date,
    spans.valid_to_date,
    12 * coalesce({{ money_sum('paid.mrr') }}, 0) as arr
from spans
left join paid
    on
        spans.account_id = paid.account_id
        and {{ is_within('spans.valid_from_date', 'paid.started_date', 'paid.ended_date') }}
group by spans.account_id, spans.valid_from_date, spans.valid_to_date
