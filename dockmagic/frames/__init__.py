"""JSON becomes typed frames. Only here are pandas conversions; the schemas are data."""
