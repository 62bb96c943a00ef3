with

milestones as (
    select * from {{ ref('int_ticket_milestones') }}
),

clock as (
    select * from {{ ref('int_business_clock') }}
),

horizon as (
    select {{ support_observed_until() }} as observed_until
),

-- no row where nothing says until when support's data is whole, nor of what was merged or deleted
observed as (
    select
        milestones.*,
        horizon.observed_until
    from milestones
    inner join horizon on milestones.created_at < horizon.observed_until
    where milestones.removed_at is null
),

-- a ticket that was solved without a reply no longer waits for one
waits as (
    select
        source_system,
        ticket_id,
        created_date,
        created_at,
        'first_reply' as wait_type,
        coalesce(first_reply_at < observed_until, false) as is_over,
        case
            when first_reply_at < observed_until then first_reply_at
            else least(coalesce(resolved_at, observed_until), observed_until)
        end as ended_at
    from observed
    union all
    select
        source_system,
        ticket_id,
        created_date,
        created_at,
        'resolution' as wait_type,
        coalesce(resolved_at < observed_until, false) as is_over,
        least(coalesce(resolved_at, observed_until), observed_until) as ended_at
    from observed
),

timed as (
    select
        waits.*,
        {{ minutes_between('waits.created_at', 'waits.ended_at') }} as elapsed_minutes,
        {{ business_minutes('clock_at_start.reading', 'clock_at_end.reading') }} as business_minutes
    from waits
    inner join clock as clock_at_start on waits.created_at = clock_at_start.instant_at
    inner join clock as clock_at_end on waits.ended_at = clock_at_end.instant_at
)

select
    source_system,
    ticket_id,
    wait_type || '_minutes' as measure,
    created_date,
    elapsed_minutes as minutes,
    is_over
from timed
union all
select
    source_system,
    ticket_id,
    wait_type || '_business_minutes' as measure,
    created_date,
    business_minutes as minutes,
    is_over
from timed
