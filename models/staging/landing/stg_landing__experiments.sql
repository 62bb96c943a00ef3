with

source as (
    select * from {{ source('landing', 'experiments') }}
),

renamed as (
    select
        -- ids
        experiment_id,
        load_id,
        landing_row,

        -- text
        name as experiment_name,
        hypothesis,
        owner,
        surface,
        primary_metric,
        variants,
        status,
        decision,

        -- times
        planned_start,
        planned_end,
        updated_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('experiments') }} as rejection_reason
    from source
)

select * from renamed
