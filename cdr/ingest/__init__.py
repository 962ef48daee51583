"""From the bytes of a CDR file to rated calls in columns: parse, read, choose legs, attribute, rate. Pure."""
