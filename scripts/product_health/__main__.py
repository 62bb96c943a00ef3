"""`python -m product_health`."""

from product_health.cli import main

main(prog_name="product-health")
