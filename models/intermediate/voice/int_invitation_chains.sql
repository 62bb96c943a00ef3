with recursive

accepted as (
    select * from {{ ref('int_survey_invitations') }}
    where row_outcome = 'accepted'
),

counted as (
    {{ of_counted_people('accepted', 'person_id') }}
),

invitations as (
    select
        source_system,
        invitation_id,
        survey_id,
        resolved_person_id as person_id,
        sent_at
    from counted
),

-- if an invitation opens a chain, this is the one that opens the next
successors as (
    select
        opening.survey_id,
        opening.person_id,
        opening.sent_at as opened_at,
        min(later.sent_at) as next_opened_at
    from invitations as opening
    inner join invitations as later
        on
            opening.survey_id = later.survey_id
            and opening.person_id = later.person_id
            and later.sent_at > {{ survey_answer_until('opening.sent_at') }}
    group by opening.survey_id, opening.person_id, opening.sent_at
),

-- reminders count from the opening and not from each other, so openings follow one by one
openings (survey_id, person_id, opened_at) as (
    select
        survey_id,
        person_id,
        min(sent_at) as opened_at
    from invitations
    group by survey_id, person_id
    union all
    select
        successors.survey_id,
        successors.person_id,
        successors.next_opened_at as opened_at
    from openings
    inner join successors
        on
            openings.survey_id = successors.survey_id
            and openings.person_id = successors.person_id
            and openings.opened_at = successors.opened_at
),

chained as (
    select
        invitations.source_system,
        invitations.invitation_id,
        invitations.survey_id,
        invitations.person_id,
        invitations.sent_at,
        max(openings.opened_at) as opened_at
    from invitations
    inner join openings
        on
            invitations.survey_id = openings.survey_id
            and invitations.person_id = openings.person_id
            and invitations.sent_at >= openings.opened_at
    group by
        invitations.source_system,
        invitations.invitation_id,
        invitations.survey_id,
        invitations.person_id,
        invitations.sent_at
)

select
    source_system,
    invitation_id,
    survey_id,
    person_id,
    sent_at,
    opened_at,
    {{ survey_answer_until('opened_at') }} as answers_until,
    {{ period_start("'month'", local_date('opened_at')) }} as wave_month,
    sent_at > opened_at as is_reminder
from chained
