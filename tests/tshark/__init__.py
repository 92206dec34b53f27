"""Our decoders beside tshark's: every value of every packet, compared field by field."""
