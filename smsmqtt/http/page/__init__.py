"""The page at ``/``: rendered here, with small scripts on top; all but live news and the counter works without them."""
