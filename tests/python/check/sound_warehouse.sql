-- A small warehouse in which every expectation holds: 100 dates, the last complete one 2025-04-10.
create schema intermediate;
create schema marts;
create schema seeds;

create table dates as
select cast(unnest(generate_series(date '2025-01-01', date '2025-04-10', interval 1 day)) as date) as date_day;

create table seeds.event_catalogue as select 'opened' as event_name;
create table seeds.placeholder_ids as select unnest(['undefined', null]) as placeholder_id;
create table seeds.business_holidays as select date '2025-01-01' as holiday_date;

create table intermediate.int_loads as
select
    load_number as load_id,
    entity,
    timestamp '2025-04-11 02:00:00' as complete_until,
    timestamp '2025-04-11 02:00:00' as landed_at
from (select unnest([1]) as load_number)
cross join (select unnest([
    'usage_events', 'usage_people', 'usage_identities', 'crm_accounts', 'crm_subscriptions', 'support_tickets',
    'survey_responses', 'tool_licences'
]) as entity);

create table intermediate.int_heartbeats as
select entity, 'product' as source_system, complete_until, load_id as last_load_id
from intermediate.int_loads;

create table intermediate.int_as_of_dates as
select unnest(['usage', 'accounts', 'support', 'voice']) as family, date '2025-04-10' as as_of_date;

create table intermediate.int_row_accounting as
select entity, load_id, 1000 as raw_rows, 990 as accepted_rows, 5 as duplicate_rows, 5 as quarantined_rows
from intermediate.int_loads;

create table intermediate.int_actors as
select
    'actor' || i as actor_id, 'person' || i as person_id, 'account' || i % 5 as account_id,
    null::varchar as exclusion_rule
from range(20) as numbers (i);

-- 20 actors, five times as busy on weekdays
create table intermediate.int_usage_event_days as
select
    1 as load_id,
    'accepted' as row_outcome,
    actor_id,
    account_id,
    'opened' as event_name,
    date_day as activity_date,
    case when isodow(date_day) < 6 then 50 else 10 end as event_count,
    cast(date_day as timestamp) as last_occurred_at
from dates
cross join intermediate.int_actors;

create table intermediate.int_account_versions as
select distinct account_id from intermediate.int_actors;

create table intermediate.int_unknown_accounts as
select 'usage_events' as entity, 'x' as account_id where false;

create table intermediate.int_survey_responses as
select
    's1' as survey_id,
    'nps' as survey_kind,
    (i + 10 * isodow(date_day)) % 11 as score,
    cast(date_day as timestamp) as responded_at,
    'accepted' as row_outcome
from dates
cross join range(3) as numbers (i);

create table marts.usage_readings_v1 as
select
    date_day, 10 as dau, 20 as mau, 0.5::double as dau_mau_ratio, 5 as monthly_active_accounts,
    true as is_total, null::varchar as plan, true as is_complete
from dates
union all
select date_day, 6, 12, 0.5, 3, false, plan, true
from dates
cross join (values ('free'), ('paid')) as plans (plan);

create table marts.usage_l28_v1 as
select date_day, active_days, 10 as people
from dates
cross join (values (3), (28)) as numbers (active_days);

create table marts.adoption_readings_v1 as
select date_day, 'search' as feature_key, true as is_total, 15 as eligible_people, 1.5::double as depth from dates;

create table marts.adoption_daily_v1 as select date_day, 20 as mau, 1.2::double as breadth from dates;

create table marts.support_daily_v1 as
select
    date_day, 20 as mau, 3.0::double as contact_rate, 60.0::double as median_first_reply_minutes,
    0.1::double as reopen_rate
from dates;

create table marts.voice_responses_v1 as
select 'nps' as survey_kind, 'person' || i as person_id, date '2025-01-01' + cast(i as integer) as response_date
from range(40) as numbers (i);

create table marts.nps_readings_v1 as
select
    dates.date_day,
    (
        select count(*)
        from marts.voice_responses_v1 as responses
        where responses.response_date <= dates.date_day and responses.response_date > dates.date_day - 90
    ) as responses,
    34.0::double as nps, 7.0::double as margin_of_error, 30.0::double as arr_weighted_nps,
    false as is_small_sample, true as is_total, true as is_complete
from dates;

create table marts.dim_accounts_v1 as
select
    account_id, 'Company ' || account_id as account_name, 100.0::double as arr, true as is_in_crm,
    date '2025-04-10' as last_active_date
from intermediate.int_account_versions;

create table marts.usage_sessions_daily_v1 as select date_day, 12.5::double as mean_session_minutes from dates;

drop table dates;
