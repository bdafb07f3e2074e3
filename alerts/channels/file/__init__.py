"""A local file of JSON lines."""
