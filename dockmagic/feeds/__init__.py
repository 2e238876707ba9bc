"""What changes while one looks, in plain Python: nothing here knows a widget."""
