with

event_days as (
    select * from {{ ref('int_usage_event_days') }}
    where row_outcome = 'accepted'
),

actors as (
    select * from {{ ref('int_actors') }}
),

catalogue as (
    select * from {{ ref('event_catalogue') }}
),

excluded_accounts as (
    {{ excluded_accounts() }}
),

-- an event that the catalogue does not list qualifies and belongs to no feature
qualifying as (
    select
        actors.person_id,
        catalogue.feature_key,
        event_days.activity_date,
        event_days.event_count,
        event_days.first_occurred_at,
        coalesce(event_days.account_id, actors.account_id) as account_id,
        coalesce(nullif(event_days.platform, ''), 'unknown') as platform
    from event_days
    inner join actors on event_days.actor_id = actors.actor_id
    left join catalogue on event_days.event_name = catalogue.event_name
    where
        actors.exclusion_rule is null
        and coalesce(catalogue.is_qualifying, true)
)

select
    qualifying.person_id,
    qualifying.account_id,
    qualifying.feature_key,
    qualifying.platform,
    qualifying.activity_date,
    cast(sum(qualifying.event_count) as bigint) as event_count,
    min(qualifying.first_occurred_at) as first_occurred_at
from qualifying
left join excluded_accounts on qualifying.account_id = excluded_accounts.account_id
where excluded_accounts.account_id is null
group by
    qualifying.person_id,
    qualifying.account_id,
    qualifying.feature_key,
    qualifying.platform,
    qualifying.activity_date
