"""A Dockerfile becomes an image: the context, the ignore rules, both of the engine's builders."""
