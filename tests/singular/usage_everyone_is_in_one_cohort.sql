-- Everyone who was ever active is of one cohort, by days, weeks and months, in retention and among the new people.
with

people as (
    select count(distinct person_id) as people
    from {{ ref('int_person_days') }}
),

first_features as (
    select distinct
        cohort_date,
        new_people
    from {{ ref('adoption_first_features') }}
),

cohorts as (
    {% for period in ['day', 'week', 'month'] %}
    select
        '{{ period }}' as cohorts,
        coalesce(sum(cohort_people), 0) as people
    from {{ ref('usage_retention') }}
    where period_type = '{{ period }}' and period_number = 0
    union all
    {% endfor %}
    select
        'first features' as cohorts,
        sum(new_people) as people
    from first_features
    -- a catalogue without features has no first ones
    having count(*) > 0
)

select
    cohorts.cohorts,
    cohorts.people,
    people.people as active_people
from cohorts
cross join people
where cohorts.people <> people.people
