"""Sessions: when to log in to a gateway, what to do there, what came of it. MQTT is not known here."""
