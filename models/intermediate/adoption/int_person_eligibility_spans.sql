{{ eligibility_spans('person_id') }}
