-- Landed events: what is sound, which of it repeats, days of actors, runs of actors.
create macro landed(entity) as table
from read_parquet(
    getvariable('landing') || '/loads/load_id=*[1-9]*/' || entity || '.parquet',
    hive_partitioning = true, hive_types = {'load_id': bigint}, file_row_number = true
);

create macro is_late(event_time, received_at) as coalesce(event_time > received_at + interval 60 minutes, false);

create temp view sound_events as
from landed('usage_events')
where
    parse_error is null
    and event_id is not null
    and actor_id is not null
    and event_name is not null
    and occurred_at is not null
    and not is_late(occurred_at, received_at);

-- only ids that come more than once are ranked
create temp table repeated_ids as
select hash(event_id) as id_hash
from sound_events
group by id_hash
having count(*) > 1;

create temp table duplicates as
select load_id, file_row_number
from sound_events
where hash(event_id) in (from repeated_ids)
qualify row_number() over (partition by event_id, occurred_at order by load_id, file_row_number) > 1;

create temp view events as
from sound_events
anti join duplicates using (load_id, file_row_number);

create temp table catalogue as
select event_name, nullif(feature_key, '') as feature_key, is_qualifying
from read_csv(getvariable('seeds') || '/event_catalogue.csv');

-- an event that the catalogue does not list qualifies and belongs to no feature
create temp table actor_days as
select
    actor_id,
    account_id,
    feature_key,
    platform,
    coalesce(is_qualifying, true) as is_qualifying,
    occurred_at::date as activity_date,
    count(*) as uses,
    min(occurred_at) as first_occurred_at
from events
left join catalogue using (event_name)
group by all;

-- events of one half hour are in one run, so half hours are sorted and not events
create temp table actor_runs as
with half_hours as (
    select
        actor_id,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at
    from events
    group by actor_id, epoch_us(occurred_at) // 1800000000
),

edges as (
    select
        *,
        started_at > lag(ended_at) over of_actor + interval 30 minutes is not false as is_first,
        lead(started_at) over of_actor > ended_at + interval 30 minutes is not false as is_last
    from half_hours
    window of_actor as (partition by actor_id order by started_at)
)

select
    actor_id,
    started_at,
    if(is_last, ended_at, lead(ended_at) over (partition by actor_id order by started_at)) as ended_at
from edges
where is_first or is_last
qualify is_first;
