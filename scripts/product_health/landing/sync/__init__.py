"""Landing what is new in a source system since it was last landed."""
