{# How long something takes where not all of it has happened yet: the Kaplan-Meier curve.
   observations: relation of `duration`, `is_event` (false: censored) and the columns of `by`
   Answers, a row of `by` and duration: at_risk, events, share_surviving. #}
{% macro kaplan_meier(observations, by) -%}
    {%- set keys = by | join(', ') -%}
    with

    leaving as (
        select
            {{ keys }},
            duration,
            count(*) as observations,
            count(case when is_event then 1 end) as events
        from {{ observations }}
        group by {{ keys }}, duration
    ),

    at_risk as (
        select
            *,
            cast(sum(observations) over (
                partition by {{ keys }} order by duration desc nulls last rows unbounded preceding
            ) as bigint) as at_risk
        from leaving
    )

    select
        {{ keys }},
        duration,
        at_risk,
        events,
        {{ running_product('1.0 - cast(events as double precision) / at_risk', keys, 'duration') }} as share_surviving
    from at_risk
{%- endmacro %}

{# The earliest duration at which a share has had its event; NULL if so many never had. The tolerance keeps
   rounding in the curve from moving the answer to the next duration. #}
{% macro survival_quantile(share) -%}
    min(case when share_surviving <= 1.0 - {{ share }} + 1e-12 then duration end)
{%- endmacro %}
