"""The JSON forms of orders, refusals and news, the same for every desk. Pure."""
