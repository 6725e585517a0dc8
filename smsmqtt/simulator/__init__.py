"""An MV-37x with SIMs and a network behind it, over real TCP."""

from smsmqtt.simulator.faults import Fault
from smsmqtt.simulator.knobs import SimulatorConfig
from smsmqtt.simulator.unit import Simulator

__all__ = ["Fault", "Simulator", "SimulatorConfig"]
