"""How each kind of gateway is logged in to, and what is odd about it. Pure: dialogues, no socket."""
