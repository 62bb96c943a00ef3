{# Rolling distinct counts, exact, with one sort and no range join.
   An entity that is active on a date stays in a window until its next active date, where it is counted anew,
   or until the window has passed it by. So all that is needed is how many entities arrive on a date and how
   many days each of them covers until its next one: a table of dates x window_days, however many entities.

   days:   relation of entity, activity_date and the columns of `by`, in any repetition
   entity: the column that is counted
   dates:  relation of date_day and the columns of `by`, without holes: the rows of the answer
   by:     columns to count within
   Answers, a row of `dates`: active_day, active_short_window, active_window, entity_days_in_window. #}
{% macro rolling_actives(days, entity, dates, by=[]) -%}
    {%- set keys = by | join(', ') ~ ', ' if by else '' -%}
    {%- set short = var('short_window_days') -%}
    {%- set long = var('window_days') -%}
    with

    active_days as (
        select distinct {{ keys }}{{ entity }}, activity_date
        from {{ days }}
        where {{ entity }} is not null
    ),

    covered as (
        select
            {{ keys }}activity_date,
            {{ days_between('activity_date', 'lead(activity_date) over (partition by ' ~ keys ~ entity ~ ' order by activity_date)') }}
                as days_to_next
        from active_days
    ),

    arrivals as (
        select
            {{ keys }}activity_date,
            least(coalesce(days_to_next, {{ long }}), {{ long }}) as days_covered,
            count(*) as entities
        from covered
        group by {{ keys }}activity_date, least(coalesce(days_to_next, {{ long }}), {{ long }})
    ),

    changes as (
        select {{ keys }}activity_date as date_day, entities as arriving, entities as short_change, entities as long_change
        from arrivals
        union all
        select {{ keys }}{{ add_days('activity_date', 'least(days_covered, ' ~ short ~ ')') }}, 0, -entities, 0
        from arrivals
        union all
        select {{ keys }}{{ add_days('activity_date', 'days_covered') }}, 0, 0, -entities
        from arrivals
    ),

    net_changes as (
        select
            {{ keys }}date_day,
            sum(arriving) as arriving,
            sum(short_change) as short_change,
            sum(long_change) as long_change
        from changes
        group by {{ keys }}date_day
    ),

    dense as (
        select
            {% for key in by %}dates.{{ key }}, {% endfor %}dates.date_day,
            coalesce(net_changes.arriving, 0) as arriving,
            coalesce(net_changes.short_change, 0) as short_change,
            coalesce(net_changes.long_change, 0) as long_change
        from {{ dates }} as dates
        left join net_changes
            on dates.date_day = net_changes.date_day
            {%- for key in by %} and dates.{{ key }} = net_changes.{{ key }}{% endfor %}
    )

    select
        {{ keys }}date_day,
        cast(arriving as bigint) as active_day,
        cast(sum(short_change) over so_far as bigint) as active_short_window,
        cast(sum(long_change) over so_far as bigint) as active_window,
        cast(sum(arriving) over (
            {{ 'partition by ' ~ (by | join(', ')) if by }} order by date_day
            rows between {{ long - 1 }} preceding and current row
        ) as bigint) as entity_days_in_window
    from dense
    window so_far as ({{ 'partition by ' ~ (by | join(', ')) if by }} order by date_day rows unbounded preceding)
{%- endmacro %}
