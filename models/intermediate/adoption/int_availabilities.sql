select
    availability_key,
    plans,
    launched_on,
    count(*) as features,
    count(case when is_core then 1 end) as core_features
from {{ ref('int_features') }}
group by availability_key, plans, launched_on
