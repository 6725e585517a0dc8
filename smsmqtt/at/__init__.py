"""The AT line protocol as values: bytes in, replies out; no socket, no clock. Pure."""
