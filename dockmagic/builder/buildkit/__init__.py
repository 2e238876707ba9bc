"""What BuildKit speaks: its progress as protobuf, and the session in which it asks for files and secrets."""
