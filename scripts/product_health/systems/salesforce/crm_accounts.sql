/*
rows: versions
optional:
  - account_history
  - account.system_modstamp
  - account.last_modified_date
  - account.number_of_employees
  - account.industry
  - account.billing_country
  - account.owner_id
  - account.parent_id
  - account_history.created_date
  - account_history.number_of_employees
  - account_history.industry
  - account_history.billing_country
  - account_history.owner_id
  - account_history.parent_id
*/
with versions as (
    select
        account.id,
        account.name,
        account.number_of_employees,
        account.industry,
        account.billing_country,
        account.owner_id,
        account.parent_id,
        account.created_date,
        coalesce(
            cast(account.system_modstamp as timestamp),
            cast(account.last_modified_date as timestamp),
            cast(account.created_date as timestamp)
        ) as updated_at,
        coalesce(cast(account.is_deleted as boolean), false) or account._is_deleted as is_deleted,
        account._synced_at
    from account
    where account.id not in (select account_history.id from account_history)
    union all
    -- Fivetran's history mode: a row from _fivetran_start on
    select
        account_history.id,
        account_history.name,
        account_history.number_of_employees,
        account_history.industry,
        account_history.billing_country,
        account_history.owner_id,
        account_history.parent_id,
        account_history.created_date,
        cast(account_history._fivetran_start as timestamp),
        coalesce(cast(account_history.is_deleted as boolean), false),
        account_history._synced_at
    from account_history
)

select
    versions.id as account_id,
    versions.name,
    case
        when try_cast(versions.number_of_employees as double) < 100 then 'smb'
        when try_cast(versions.number_of_employees as double) < 1000 then 'mid_market'
        when try_cast(versions.number_of_employees as double) >= 1000 then 'enterprise'
    end as size_segment,
    versions.industry,
    versions.billing_country as region,
    versions.owner_id as owner,
    versions.parent_id as parent_account_id,
    versions.created_date as created_at,
    versions.updated_at,
    versions.is_deleted,
    versions._synced_at as received_at
from versions
