with

words as (
    {% for word_type, column in [('event', 'event_type'), ('role', 'actor_role')] %}
    select
        '{{ word_type }}' as word_type,
        {{ folded(column) }} as word,
        occurred_at as named_at
    from {{ ref('int_support_ticket_events') }}
    where row_outcome = 'accepted'
    union all
    {% endfor %}
    select
        'status' as word_type,
        {{ folded('status') }} as word,
        updated_at as named_at
    from {{ ref('int_support_tickets') }}
    where row_outcome in ('accepted', 'superseded')
    -- no seed lists kinds of surveys: var survey_scales does
    {% for entity, event_time in [('survey_invitations', 'sent_at'), ('survey_responses', 'responded_at')] %}
    union all
    select
        'survey_kind' as word_type,
        {{ folded('survey_kind') }} as word,
        {{ event_time }} as named_at
    from {{ ref('int_' ~ entity) }}
    where rejection_reason = 'unknown_survey_kind'
    {% endfor %}
)

select
    words.word_type,
    words.word,
    count(*) as row_count,
    min(words.named_at) as first_named_at,
    max(words.named_at) as last_named_at
from words
left join {{ ref('support_words') }} as listed
    on
        words.word_type = listed.word_type
        and words.word = listed.word
where listed.word is null
group by words.word_type, words.word
