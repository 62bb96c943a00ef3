with

features as (
    select
        feature_key,
        feature_name,
        is_core,
        nullif({{ trimmed_list('plans') }}, '') as plans,
        launched_on,
        min_uses
    from {{ ref('features') }}
)

-- features that are offered to the same plans since the same date share their availability
select
    feature_key,
    feature_name,
    is_core,
    plans,
    launched_on,
    min_uses,
    coalesce(plans, '') || '@' || coalesce(cast(launched_on as {{ dbt.type_string() }}), '') as availability_key
from features
