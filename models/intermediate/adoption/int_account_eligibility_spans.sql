{{ eligibility_spans('account_id') }}
