-- Every landed row and what became of it; read it with row_outcome = 'accepted'.
{{ settled_rows('feedback_votes') }}
