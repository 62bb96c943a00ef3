with

heartbeats as (
    select * from {{ ref('int_heartbeats') }}
),

-- a table that was never landed holds nothing back
families as (
    select
        families.family,
        min(heartbeats.complete_until) as complete_until
    from {{ ref('metric_families') }} as families
    left join heartbeats on families.entity = heartbeats.entity
    group by families.family
)

select
    family,
    complete_until,
    {% if var('as_of_date') %}
    cast('{{ var("as_of_date") }}' as date)
    {% else %}
    {{ add_days(local_date('complete_until'), -1) }}
    {% endif %} as as_of_date
from families
