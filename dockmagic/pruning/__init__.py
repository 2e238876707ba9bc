"""A prune: what would go is shown first, and goes with `force`. What `container prune` to `system prune` share."""
