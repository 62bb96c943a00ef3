"""Metrics from raw rows, in memory and without a warehouse: for locks, reviews, unit tests."""
