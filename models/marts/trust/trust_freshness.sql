with

heartbeats as (
    select
        entity,
        min(complete_until) as complete_until,
        max(last_load_id) as last_load_id
    from {{ ref('int_heartbeats') }}
    group by entity
)

select
    families.family,
    families.entity,
    heartbeats.complete_until as complete_until_at,
    heartbeats.last_load_id,
    dates.as_of_date
from {{ ref('metric_families') }} as families
inner join {{ ref('int_as_of_dates') }} as dates on families.family = dates.family
left join heartbeats on families.entity = heartbeats.entity
