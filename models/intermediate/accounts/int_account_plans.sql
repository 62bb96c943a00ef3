with

subscriptions as (
    select * from {{ ref('int_subscriptions') }}
),

boundaries as (
    select
        account_id,
        {{ beginning_of_time() }} as boundary_date
    from subscriptions
    union all
    select
        account_id,
        started_date
    from subscriptions
    union all
    select
        account_id,
        ended_date
    from subscriptions
    where ended_date is not null
),

spans as (
    {{ spans_between('boundaries') }}
),

-- the paid one with the highest MRR counts, a trial only where none is paid
ranked as (
    select
        spans.account_id,
        spans.valid_from_date,
        spans.valid_to_date,
        subscriptions.plan,
        row_number() over (
            partition by spans.account_id, spans.valid_from_date
            order by
                subscriptions.is_trial asc,
                subscriptions.mrr desc nulls last,
                subscriptions.started_at desc nulls last,
                subscriptions.subscription_id asc,
                subscriptions.source_system asc
        ) as plan_rank
    from spans
    left join subscriptions
        on
            spans.account_id = subscriptions.account_id
            and {{ is_within('spans.valid_from_date', 'subscriptions.started_date', 'subscriptions.ended_date') }}
)

select
    account_id,
    valid_from_date,
    valid_to_date,
    coalesce(plan, 'none') as plan
from ranked
where plan_rank = 1
