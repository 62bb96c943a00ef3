-- features that are offered to the same plans since the same date share their availability
select
    feature_key,
    feature_name,
    is_core,
    nullif(plans, '') as plans,
    launched_on,
    min_uses,
    coalesce(plans, '') || '@' || coalesce(cast(launched_on as {{ dbt.type_string() }}), '') as availability_key
from {{ ref('features') }}
