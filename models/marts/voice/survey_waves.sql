with

chains as (
    select * from {{ ref('int_invitation_chains') }}
),

responses as (
    select * from {{ ref('int_voice_responses') }}
),

invited as (
    select
        chains.survey_id,
        chains.wave_month,
        count(distinct chains.person_id) as invited_people,
        count(distinct case when responses.response_id is not null then chains.person_id end) as responded_people
    from chains
    left join responses
        on
            chains.source_system = responses.source_system
            and chains.invitation_id = responses.invitation_id
            and responses.responded_at between chains.opened_at and chains.answers_until
    group by chains.survey_id, chains.wave_month
),

uninvited as (
    select
        survey_id,
        {{ period_start("'month'", 'response_date') }} as wave_month,
        count(*) as responses
    from {{ ref('voice_responses') }}
    where not has_invitation
    group by survey_id, {{ period_start("'month'", 'response_date') }}
),

waves as (
    select
        survey_id,
        wave_month
    from invited
    union
    select
        survey_id,
        wave_month
    from uninvited
),

-- excluded people too: what a survey is does not depend on who is asked
surveys as (
    select
        survey_id,
        min(survey_kind) as survey_kind
    from (
        select
            survey_id,
            survey_kind
        from {{ ref('int_survey_invitations') }}
        where row_outcome = 'accepted'
        union
        select
            survey_id,
            survey_kind
        from {{ ref('int_survey_responses') }}
        where row_outcome = 'accepted'
    ) as asked
    group by survey_id
)

select
    waves.survey_id,
    surveys.survey_kind,
    waves.wave_month,
    coalesce(invited.invited_people, 0) as invited_people,
    coalesce(invited.responded_people, 0) as responded_people,
    {{ survey_response_rate('invited.responded_people', 'invited.invited_people') }} as response_rate,
    coalesce(uninvited.responses, 0) as responses_without_invitation,
    {{ is_complete(survey_wave_end('waves.wave_month'), 'voice') }} as is_complete
from waves
inner join surveys on waves.survey_id = surveys.survey_id
left join invited
    on
        waves.survey_id = invited.survey_id
        and waves.wave_month = invited.wave_month
left join uninvited
    on
        waves.survey_id = uninvited.survey_id
        and waves.wave_month = uninvited.wave_month
