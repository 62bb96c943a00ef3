{{ use_spans('person_id') }}
