/*
cursor: tracks
optional: [tracks.event_text, tracks.context_library_name, tracks.context_group_id]
*/
select
    tracks.id as event_id,
    coalesce(tracks.user_id, tracks.anonymous_id) as actor_id,
    tracks.context_group_id as account_id,
    coalesce(tracks.event_text, tracks.event) as event_name,
    tracks.timestamp as occurred_at,
    case
        when lower(tracks.context_library_name) in ('analytics.js', 'analytics-next') then 'web'
        when lower(tracks.context_library_name) like '%ios%' then 'ios'
        when lower(tracks.context_library_name) like '%swift%' then 'ios'
        when lower(tracks.context_library_name) like '%android%' then 'android'
        when lower(tracks.context_library_name) like '%kotlin%' then 'android'
        when tracks.context_library_name is not null then 'api'
    end as platform,
    tracks._synced_at as received_at
from tracks
