{% set cut_minutes = 60 * var('session_cut_hours') %}

with

runs as (
    select
        runs.actor_id,
        actors.person_id,
        runs.started_at,
        runs.ended_at
    from {{ ref('int_usage_event_runs') }} as runs
    inner join {{ ref('int_actors') }} as actors on runs.actor_id = actors.actor_id
    where actors.exclusion_rule is null
),

-- runs of different loads can meet or overlap: they are one where the gap allows it
reached as (
    select
        *,
        max(ended_at) over (
            partition by actor_id order by started_at, ended_at
            rows between unbounded preceding and 1 preceding
        ) as reached_at
    from runs
),

numbered as (
    select
        *,
        sum(case when started_at <= {{ add_minutes('reached_at', var('session_gap_minutes')) }} then 0 else 1 end)
            over (partition by actor_id order by started_at, ended_at rows unbounded preceding)
            as run_number
    from reached
),

merged as (
    select
        actor_id,
        person_id,
        min(started_at) as started_at,
        max(ended_at) as ended_at
    from numbered
    group by actor_id, person_id, run_number
),

lengths as (
    select max({{ minutes_between('started_at', 'ended_at') }}) / {{ cut_minutes }} as most_cuts
    from merged
),

numbers as (
    {{ numbers_between(0, '(select cast(floor(most_cuts) as bigint) from lengths)') }}
),

-- the gap is shorter than the cut, so there are events between any two cuts
pieces as (
    select
        merged.actor_id,
        merged.person_id,
        merged.ended_at,
        {{ add_minutes('merged.started_at', 'numbers.number * ' ~ cut_minutes) }} as started_at,
        {{ add_minutes('merged.started_at', '(numbers.number + 1) * ' ~ cut_minutes) }} as cut_at
    from merged
    inner join numbers
        on merged.ended_at >= {{ add_minutes('merged.started_at', 'numbers.number * ' ~ cut_minutes) }}
)

select
    actor_id,
    person_id,
    started_at,
    {{ local_date('started_at') }} as session_date,
    least(ended_at, cut_at) as ended_at
from pieces
