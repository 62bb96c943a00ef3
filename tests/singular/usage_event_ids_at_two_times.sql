{{ config(severity='warn') }}

-- the same id at another time is another event: it counts, but the source should not give an id twice
select
    event_id,
    count(distinct occurred_at) as times
from {{ ref('stg_landing__usage_events') }}
where rejection_reason is null
group by event_id
having count(distinct occurred_at) > 1
