{% set entities = ['usage_people', 'crm_subscriptions', 'crm_opportunities', 'support_tickets', 'survey_responses'] %}

with

named_accounts as (
    select
        'usage_events' as entity,
        account_id,
        sum(event_count) as rows_of_account
    from {{ ref('int_usage_event_days') }}
    where row_outcome = 'accepted'
    group by account_id
    {% for entity in entities %}
    union all
    select
        '{{ entity }}' as entity,
        account_id,
        count(*) as rows_of_account
    from {{ ref('int_' ~ entity) }}
    where row_outcome = 'accepted'
    group by account_id
    {% endfor %}
),

known_accounts as (
    select distinct account_id
    from {{ ref('int_account_versions') }}
)

select
    named_accounts.entity,
    named_accounts.account_id,
    cast(named_accounts.rows_of_account as bigint) as rows_of_account
from named_accounts
left join known_accounts on named_accounts.account_id = known_accounts.account_id
where
    named_accounts.account_id is not null
    and known_accounts.account_id is null
