"""What a change does to the metrics: meaning, numbers, and whoever stands downstream."""
