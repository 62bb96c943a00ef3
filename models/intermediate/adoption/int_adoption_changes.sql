{% set measures = ['eligible_people', 'adopted_people', 'eligible_accounts', 'adopted_accounts'] %}

with

{% for subject, measure in [('person', 'eligible_people'), ('account', 'eligible_accounts')] %}
{{ measure }} as (
    select
        changes.plan_scope,
        features.feature_key,
        changes.date_day,
        '{{ measure }}' as measure,
        changes.change
    from ({{ span_changes(ref('int_' ~ subject ~ '_eligibility_spans'), ['plan_scope', 'availability_key']) }}) as changes
    inner join {{ ref('int_features') }} as features on changes.availability_key = features.availability_key
),

{% endfor %}

{% for subject, measure in [('person', 'adopted_people'), ('account', 'adopted_accounts')] %}
{{ measure }} as (
    select
        plan_scope,
        feature_key,
        date_day,
        '{{ measure }}' as measure,
        change
    from ({{ span_changes(ref('int_' ~ subject ~ '_use_spans'), ['plan_scope', 'feature_key']) }}) as changes
),

{% endfor %}

changes as (
    {% for measure in measures %}
    select * from {{ measure }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    plan_scope,
    feature_key,
    date_day,
    {% for measure in measures %}
    cast(sum(case when measure = '{{ measure }}' then change else 0 end) as bigint) as {{ measure }}{{ ',' if not loop.last }}
    {% endfor %}
from changes
group by plan_scope, feature_key, date_day
