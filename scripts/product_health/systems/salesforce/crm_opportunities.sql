/*
rows: versions
optional:
  - opportunity_history
  - opportunity.system_modstamp
  - opportunity.last_modified_date
  - opportunity.currency_iso_code
  - opportunity_history.currency_iso_code
*/
with versions as (
    select
        opportunity.id,
        opportunity.account_id,
        opportunity.type,
        opportunity.stage_name,
        opportunity.amount,
        opportunity.currency_iso_code,
        opportunity.created_date,
        opportunity.close_date,
        opportunity.is_closed,
        opportunity.is_won,
        coalesce(
            cast(opportunity.system_modstamp as timestamp),
            cast(opportunity.last_modified_date as timestamp),
            cast(opportunity.created_date as timestamp)
        ) as updated_at,
        coalesce(cast(opportunity.is_deleted as boolean), false) or opportunity._is_deleted as is_deleted,
        opportunity._synced_at
    from opportunity
    where opportunity.id not in (select opportunity_history.id from opportunity_history)
    union all
    -- Fivetran's history mode: a row from _fivetran_start on
    select
        opportunity_history.id,
        opportunity_history.account_id,
        opportunity_history.type,
        opportunity_history.stage_name,
        opportunity_history.amount,
        opportunity_history.currency_iso_code,
        opportunity_history.created_date,
        opportunity_history.close_date,
        opportunity_history.is_closed,
        opportunity_history.is_won,
        cast(opportunity_history._fivetran_start as timestamp),
        coalesce(cast(opportunity_history.is_deleted as boolean), false),
        opportunity_history._synced_at
    from opportunity_history
)

select
    versions.id as opportunity_id,
    versions.account_id,
    case
        when lower(versions.type) like '%renew%' then 'renewal'
        when lower(versions.type) like 'new%' then 'new'
        when lower(versions.type) like '%existing%' then 'expansion'
        when lower(versions.type) like '%upgrade%' then 'expansion'
        when lower(versions.type) like '%upsell%' then 'expansion'
        when lower(versions.type) like '%expansion%' then 'expansion'
        else coalesce(versions.type, 'unspecified')
    end as type,
    versions.stage_name as stage,
    versions.amount,
    versions.currency_iso_code as currency,
    versions.created_date as created_at,
    -- a date in Salesforce, and of an open deal only a hope
    case when cast(versions.is_closed as boolean) then cast(versions.close_date as date) end as closed_at,
    case when cast(versions.is_closed as boolean) then cast(versions.is_won as boolean) end as is_won,
    versions.updated_at,
    versions.is_deleted,
    versions._synced_at as received_at
from versions
