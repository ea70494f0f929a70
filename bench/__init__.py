"""How fast the product posts, next to the naive form and to plain SQL: `make bench` (docs/performance.md)."""
