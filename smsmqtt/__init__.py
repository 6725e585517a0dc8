"""smsmqtt: an SMS bridge between MQTT and GSM gateways such as the Portech MV-372."""

__version__ = "0.1.0"
