"""Docker Engines over HTTP: which one, how to reach it, and its endpoints. Only here lives httpx."""
