"""What Home Assistant is told of us, so that it makes devices and entities by itself (device-based MQTT discovery).

One device is the bridge, one each gateway, one each line; ``via_device`` leads from line to gateway to bridge. Pure.
"""

from smsmqtt.mqtt.discovery.device import Device, device_id, is_under, payload, reminder
from smsmqtt.mqtt.discovery.devices import devices

__all__ = ["Device", "device_id", "devices", "is_under", "payload", "reminder"]
