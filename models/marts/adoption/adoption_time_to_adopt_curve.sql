select
    feature_key,
    cast(duration as integer) as days,
    at_risk as people_at_risk,
    events as adopters,
    share_surviving as share_not_adopted
from {{ ref('int_time_to_adopt_curves') }}
