select
    feature_key,
    feature_name,
    is_core,
    plans,
    launched_on,
    min_uses
from {{ ref('int_features') }}
