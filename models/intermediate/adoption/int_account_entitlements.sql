with

-- trials count: whoever tries a plan is entitled to what it includes
pieces as (
    select
        subscriptions.account_id,
        availabilities.availability_key,
        subscriptions.started_date as from_date,
        coalesce(subscriptions.ended_date, {{ end_of_time() }}) as to_date
    from {{ ref('int_subscriptions') }} as subscriptions
    inner join {{ ref('int_availabilities') }} as availabilities
        -- not LIKE, to which an underscore in a plan's name is any character
        on {{ dbt.position("'|' || subscriptions.plan || '|'", "'|' || availabilities.plans || '|'") }} > 0
    where subscriptions.ended_date is null or subscriptions.started_date < subscriptions.ended_date
),

merged as (
    {{ merged_spans('pieces', ['account_id', 'availability_key']) }}
)

select * from merged
