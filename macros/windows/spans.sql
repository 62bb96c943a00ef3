{# Spans: stretches of dates, from_date inclusive to to_date exclusive. A person is in a window of w days over
   the span from an active date to w days later; who is in it on a date is counted by who came and who left. #}

{# Overlapping and touching pieces (from_date, to_date and the columns of `by`) made one. #}
{% macro merged_spans(pieces, by) -%}
    {%- set keys = by | join(', ') -%}
    {%- set ordered = 'partition by ' ~ keys ~ ' order by from_date, to_date' -%}
    with

    reached as (
        select
            {{ keys }},
            from_date,
            to_date,
            max(to_date) over ({{ ordered }} rows unbounded preceding) as reached_date,
            max(to_date) over ({{ ordered }} rows between unbounded preceding and 1 preceding) as reached_before,
            lead(from_date) over ({{ ordered }}) as next_from_date
        from {{ pieces }}
    ),

    edges as (
        select
            *,
            coalesce(from_date > reached_before, true) as is_first,
            coalesce(next_from_date > reached_date, true) as is_last
        from reached
    ),

    -- a span ends with its first piece, or with the next one of the edges
    paired as (
        select
            *,
            case
                when is_last then reached_date
                -- of two equal pieces the first of the span comes before its last
                else lead(reached_date) over ({{ ordered }}, is_last)
            end as span_to_date
        from edges
        where is_first or is_last
    )

    select
        {{ keys }},
        from_date,
        span_to_date as to_date
    from paired
    where is_first
{%- endmacro %}

{# What spans change on a date: + `weight` where one begins, - `weight` where one ends. #}
{% macro span_changes(spans, by, weight=1) -%}
    {%- set keys = by | join(', ') -%}
    select
        {{ keys }},
        date_day,
        cast(sum(difference) as bigint) as difference
    from (
        select {{ keys }}, from_date as date_day, {{ weight }} as difference
        from {{ spans }}
        union all
        select {{ keys }}, to_date as date_day, -{{ weight }} as difference
        from {{ spans }}
    ) as edges
    group by {{ keys }}, date_day
{%- endmacro %}

{# The sum of all changes so far, on every row of a dense relation. #}
{% macro running_total(difference, by) -%}
    cast(sum(coalesce({{ difference }}, 0)) over (
        partition by {{ by }} order by dates.date_day rows unbounded preceding
    ) as bigint)
{%- endmacro %}
