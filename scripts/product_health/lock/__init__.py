"""metrics.lock: what each metric means, and its values on a fixed company, kept in git."""
