"""Where SQL of a user runs: a process of its own, with limits, that reaches what it is given."""
