"""The commands, one file each: the Python API, and what the magics call."""
