{# Whose an invitation, an answer or a ticket is: the person behind the id it bears, and the account it names
   or else that person's. What belongs to excluded people or accounts is left out.
   Adds resolved_person_id and resolved_account_id to the relation. #}
{% macro of_counted_people(relation, person_column) -%}
    with

    identified as (
        select
            landed.*,
            coalesce(links.person_id, landed.{{ person_column }}) as resolved_person_id
        from {{ relation }} as landed
        left join {{ ref('int_actor_people') }} as links on landed.{{ person_column }} = links.actor_id
    ),

    placed as (
        select
            identified.*,
            coalesce(identified.account_id, people.account_id) as resolved_account_id
        from identified
        left join {{ ref('int_people') }} as people on identified.resolved_person_id = people.person_id
        where people.exclusion_rule is null
    ),

    excluded_accounts as (
        {{ excluded_accounts() }}
    )

    select placed.*
    from placed
    left join excluded_accounts on placed.resolved_account_id = excluded_accounts.account_id
    where excluded_accounts.account_id is null
{%- endmacro %}
