"""Command and library of the product-health warehouse."""
