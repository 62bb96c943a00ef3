{{ config(materialized='view') }}

with

milestones as (
    select * from {{ ref('int_ticket_milestones') }}
),

instants as (
    select created_at as instant_at
    from milestones
    union
    select first_reply_at as instant_at
    from milestones
    union
    select resolved_at as instant_at
    from milestones
    union
    select {{ support_observed_until() }} as instant_at
)

select instant_at
from instants
where instant_at is not null
