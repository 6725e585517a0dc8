"""How long the desk waits for what."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds."""

    tick_s: float = 5.0  # how often a desk with nothing to do looks around
    retry_first_s: float = 1.0  # the first pause between two tries to connect; each is twice the one before
    retry_most_s: float = 60.0
    quick_s: float = 10.0  # a connection that ends sooner was thrown out
    fight_pause_s: float = 30.0  # the first pause when that happened again and again
    fight_pause_most_s: float = 600.0
    stalled_s: float = 60.0  # without a sign of life the network thread counts as dead
    deaf_s: float = 10.0  # within it a message to ourselves has to come back
    rival_silent_s: float = 200.0  # another bridge that says nothing for so long is gone (its health comes every 60 s)
    health_s: float = 60.0
    parting_s: float = 2.0  # after Home Assistant was told of what is no more, before its states are cleared
    birth_jitter_s: float = 5.0  # at most so long after Home Assistant came everything is shown again
    denied_first_s: float = 10.0  # the first pause after a refused publish
    denied_most_s: float = 600.0
    farewell_s: float = 2.0  # for the last publishes when stopping
