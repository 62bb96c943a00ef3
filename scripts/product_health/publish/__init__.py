"""Publishing: what people read is a set of files that appears whole, or not at all."""
