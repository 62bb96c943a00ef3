"""What the tables of source systems mean: a folder a vendor, in it a SELECT for each entity."""
