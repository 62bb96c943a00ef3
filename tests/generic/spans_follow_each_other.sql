{# Each span of an entity ends where the next one begins, and only the last one is open. #}
{% test spans_follow_each_other(model, entity, from_column, to_column) %}

    with

    spans as (
        select
            {{ entity }},
            {{ from_column }},
            {{ to_column }},
            lead({{ from_column }}) over (partition by {{ entity }} order by {{ from_column }}) as next_from_date
        from {{ model }}
    )

    select *
    from spans
    where
        ({{ to_column }} is null) <> (next_from_date is null)
        or {{ to_column }} <> next_from_date

{% endtest %}
