"""``GET /metrics``: the door to ``gauges``, which is imported when it is first asked for.

Most houses have no Prometheus, and a megabyte to spare.
"""

from __future__ import annotations

from fastapi import APIRouter, Response

from smsmqtt.http.entrance import BY_TOKEN, On
from smsmqtt.http.openapi import documented
from smsmqtt.http.problems import Problem

router = APIRouter(tags=["metrics"])
EXAMPLE = """\
# HELP smsmqtt_broker_connected Whether the MQTT broker is connected.
# TYPE smsmqtt_broker_connected gauge
smsmqtt_broker_connected 1.0
"""


@router.get(
    "/metrics",
    summary="Metrics in the text format of Prometheus",
    response_class=Response,
    responses={
        200: {
            "description": "The metrics.",
            "content": {"text/plain": {"schema": {"type": "string"}, "example": EXAMPLE}},
        },
        **documented("unauthorized", "unknown_field", "metrics_off", "internal", "store"),
    },
    dependencies=BY_TOKEN,
)
def metrics(ground: On) -> Response:
    if not ground.http.metrics:
        raise Problem(404, "metrics are switched off", code="metrics_off")
    from smsmqtt.http import gauges

    content = gauges.exposition(ground)
    return Response(content, headers={"Content-Type": gauges.CONTENT_TYPE, "Cache-Control": "no-store"})
