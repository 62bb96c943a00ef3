with

known as (
    select
        person_id,
        account_id,
        role,
        email,
        created_at
    from {{ ref('int_known_people') }}
),

rules as (
    select * from {{ ref('exclusion_rules') }}
),

-- the rule that comes first by name is the one that is told
excluded as (
    select
        known.person_id,
        min(rules.rule_key) as exclusion_rule
    from known
    inner join rules
        on
            (rules.rule_type = 'email_domain' and lower(split_part(known.email, '@', -1)) = lower(rules.rule_value))
            or (rules.rule_type = 'account_id' and known.account_id = rules.rule_value)
    group by known.person_id
)

select
    known.person_id,
    known.account_id,
    known.role,
    known.created_at,
    excluded.exclusion_rule
from known
left join excluded on known.person_id = excluded.person_id
