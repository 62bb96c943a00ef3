"""`product-health query`: a metric, by period and segment, from the warehouse."""
