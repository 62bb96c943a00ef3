"""`product-health report`: the product health page, one HTML file that needs nothing beside it."""

from pathlib import Path

# Here, where it costs nothing to ask for it.
PAGE = Path("target/product_health.html")
