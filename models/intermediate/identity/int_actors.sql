with

events_per_day as (
    select
        actor_id,
        activity_date,
        sum(event_count) as event_count
    from {{ ref('int_usage_event_days') }}
    where row_outcome = 'accepted'
    group by actor_id, activity_date
),

actors as (
    select
        actor_id,
        max(event_count) as most_events_per_day
    from events_per_day
    group by actor_id
),

rules as (
    select * from {{ ref('exclusion_rules') }}
),

bots as (
    select
        actors.actor_id,
        min({{ by_code_points('rules.rule_key') }}) as exclusion_rule
    from actors
    inner join rules
        on
            (rules.rule_type = 'actor_pattern' and actors.actor_id like rules.rule_value)
            or (
                rules.rule_type = 'events_per_day'
                and actors.most_events_per_day > {{ dbt.safe_cast('rules.rule_value', dbt.type_bigint()) }}
            )
    group by actors.actor_id
),

identified as (
    select
        actors.actor_id,
        coalesce(links.person_id, actors.actor_id) as person_id
    from actors
    left join {{ ref('int_actor_people') }} as links on actors.actor_id = links.actor_id
)

select
    identified.actor_id,
    identified.person_id,
    people.account_id,
    coalesce(bots.exclusion_rule, people.exclusion_rule) as exclusion_rule
from identified
left join bots on identified.actor_id = bots.actor_id
left join {{ ref('int_people') }} as people on identified.person_id = people.person_id
