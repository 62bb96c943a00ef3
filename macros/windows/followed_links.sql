{# Where links from actor_id to person_id lead in the end, and the newest load on the way. Pointers are doubled: after
   17 steps each has come 131,072 links far, so what has not ended by then leads round and round: its person_id is an
   actor on that cycle, and every actor on a cycle is the person_id of some link.
   A step names the one before it once: some databases work a CTE out anew wherever it is named. #}
{% macro followed_links(links) -%}
    with

    -- links with two more behind them, which are few, are all that needs following step by step
    followed_0 as (
        select
            links.actor_id,
            links.person_id,
            links.load_id
        from {{ links }} as links
        inner join {{ links }} as second_links on links.person_id = second_links.actor_id
        inner join {{ links }} as third_links on second_links.person_id = third_links.actor_id
    ),

    {% for step in range(17) %}
    followed_{{ step + 1 }} as (
        {{ doubled_links('followed_' ~ step) }}
    ),

    {% endfor %}
    ended as (
        select
            links.actor_id,
            coalesce(last_links.person_id, next_links.person_id, links.person_id) as person_id,
            greatest(links.load_id, followed.load_id, next_links.load_id, last_links.load_id) as load_id
        from {{ links }} as links
        left join followed_17 as followed on links.actor_id = followed.actor_id
        left join {{ links }} as next_links
            on coalesce(followed.person_id, links.person_id) = next_links.actor_id
        left join {{ links }} as last_links on next_links.person_id = last_links.actor_id
    )

    select * from ended
{%- endmacro %}

{# Each link goes on to where the link of its person leads, if it has one. Links meet at an actor: the one that
   begins there lends those that end there its own end. #}
{% macro doubled_links(links) -%}
    select
        actor_id,
        coalesce(next_person_id, person_id) as person_id,
        greatest(load_id, next_load_id) as load_id
    from (
        select
            *,
            max(case when begins_here then person_id end) over (partition by met_at) as next_person_id,
            max(case when begins_here then load_id end) over (partition by met_at) as next_load_id
        from (
            select
                links.*,
                ends.begins_here,
                case when ends.begins_here then links.actor_id else links.person_id end as met_at
            from {{ links }} as links
            cross join (
                select true as begins_here
                union all
                select false as begins_here
            ) as ends
        ) as met
    ) as lent
    where not begins_here
{%- endmacro %}
