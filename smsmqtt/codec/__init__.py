"""Octets to text and back: the SMS transfer layer (3GPP TS 23.040), its alphabets, the SIM toolkit. Pure."""
