{{ use_spans('account_id') }}
