"""The one door for orders, whichever desk they come by: recipients, line, limits, idempotent ids."""
