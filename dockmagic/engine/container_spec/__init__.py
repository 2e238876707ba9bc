"""What docker's flags make of a container: from the options of `create` and `run` to the body of the request."""
