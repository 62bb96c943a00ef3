with

known as (
    select
        person_id,
        account_id,
        role,
        {{ email_domain('email') }} as email_domain,
        created_at
    from {{ ref('int_known_people') }}
),

domain_rules as (
    select
        rule_key,
        rule_type,
        {{ email_domain('rule_value') }} as rule_domain
    from {{ ref('exclusion_rules') }}
    where rule_type in ('email_domain', 'email_subdomain')
),

excluded_accounts as (
    {{ excluded_accounts() }}
),

excluded as (
    select
        known.person_id,
        domain_rules.rule_key
    from known
    inner join domain_rules
        on
            (domain_rules.rule_type = 'email_domain' and known.email_domain = domain_rules.rule_domain)
            or (
                domain_rules.rule_type = 'email_subdomain'
                and right(known.email_domain, length(domain_rules.rule_domain) + 1) = '.' || domain_rules.rule_domain
            )
    union all
    select
        known.person_id,
        excluded_accounts.exclusion_rule as rule_key
    from known
    inner join excluded_accounts
        on known.account_id = excluded_accounts.account_id
),

-- the rule that comes first by name is the one that is told
first_rules as (
    select
        person_id,
        min({{ by_code_points('rule_key') }}) as exclusion_rule
    from excluded
    group by person_id
)

select
    known.person_id,
    known.account_id,
    known.role,
    known.created_at,
    first_rules.exclusion_rule
from known
left join first_rules on known.person_id = first_rules.person_id
