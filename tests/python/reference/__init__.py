"""An independent reference of the warehouse: every mart from landed rows, by sets and loops.

It is written from the definitions alone and shares no code and no technique with the models, so
that a mistake would have to be made twice to pass. It is slow on purpose. Where a definition leaves
room, the module that fills it says so under 'Choices'.
"""

from .activity import World, resolve
from .adoption import adoption_daily, adoption_feature_daily, adoption_feature_daily_by_plan
from .adoption_cohorts import (
    adoption_feature_retention,
    adoption_first_features,
    adoption_time_to_adopt,
    adoption_time_to_adopt_curve,
)
from .cohorts import usage_lifecycle, usage_retention
from .company import DEFAULT_VARS, Company, Entity, Row, contract
from .features import dim_features
from .scores import score_marts
from .sessions import usage_sessions_daily
from .staging import accounting
from .support import support_tickets
from .support_daily import support_marts
from .trust import (
    trust_freshness,
    trust_rejection_reasons,
    trust_row_outcomes,
    trust_values_set_aside,
)
from .usage import usage_daily, usage_daily_by_segment, usage_l28, usage_monthly
from .voice import voice_responses
from .waves import survey_waves

__all__ = ["DEFAULT_VARS", "Company", "Entity", "Row", "World", "build", "contract", "resolve"]

MARTS = (
    usage_daily,
    usage_daily_by_segment,
    usage_monthly,
    usage_l28,
    usage_lifecycle,
    usage_retention,
    usage_sessions_daily,
    adoption_feature_daily,
    adoption_feature_daily_by_plan,
    adoption_daily,
    adoption_time_to_adopt,
    adoption_time_to_adopt_curve,
    adoption_feature_retention,
    adoption_first_features,
    voice_responses,
    support_tickets,
    trust_freshness,
    trust_rejection_reasons,
    trust_row_outcomes,
    trust_values_set_aside,
)


def build(company: Company) -> dict[str, list[Row]]:
    """Compute every mart of a company, by name; rows are in no particular order.

    Raises ValueError where a subscription's currency has no rate.
    """
    world = resolve(company)
    marts = {mart.__name__: mart(world) for mart in MARTS}
    return {
        "row_accounting": accounting(world.outcomes),
        "dim_features": dim_features(company),
        "dim_accounts_history": world.accounts.history(),
        **marts,
        **score_marts(world),
        "survey_waves": survey_waves(world, marts["voice_responses"]),
        **support_marts(world),
    }
