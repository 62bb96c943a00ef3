"""Expectations of what lands and of what is published, checked by Great Expectations."""
