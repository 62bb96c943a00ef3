with

source as (
    select * from {{ source('landing', 'experiment_exposures') }}
),

renamed as (
    select
        -- ids
        experiment_id,
        subject_id,
        load_id,
        landing_row,

        -- text
        variant,

        -- times
        exposed_at,
        received_at,

        -- judgement
        raw_text,
        {{ rejection_reason('experiment_exposures') }} as rejection_reason
    from source
)

select * from renamed
