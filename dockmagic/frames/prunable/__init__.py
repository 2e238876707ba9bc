"""What a prune would remove: rules of the engine, from its lists to rows. Pure; nothing is asked for here."""
