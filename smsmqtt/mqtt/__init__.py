"""The MQTT desk: takes orders from the broker, hands out news. Only ``client`` knows paho."""
