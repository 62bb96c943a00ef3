"""`product-health report`: the product health page, one HTML file that needs nothing beside it."""
