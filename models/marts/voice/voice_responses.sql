with

responses as (
    select * from {{ ref('int_voice_responses') }}
),

invitations as (
    select
        source_system,
        invitation_id
    from {{ ref('int_survey_invitations') }}
    where row_outcome = 'accepted'
)

select
    responses.source_system,
    responses.response_id,
    responses.survey_id,
    responses.survey_kind,
    {{ person_id_in_marts('responses.person_id') }} as person_id,
    responses.account_id,
    invitations.invitation_id is not null as has_invitation,
    responses.responded_at,
    responses.response_date,
    cast(responses.score as integer) as score,
    responses.category,
    responses.plan,
    responses.size_segment,
    responses.industry,
    responses.region,
    responses.is_backfilled,
    responses.account_arr,
    {{ is_complete('responses.response_date', 'voice') }} as is_complete
from responses
left join invitations
    on
        responses.source_system = invitations.source_system
        and responses.invitation_id = invitations.invitation_id
