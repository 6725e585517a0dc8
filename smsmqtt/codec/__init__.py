"""Octets to text and back: the SMS transfer layer (3GPP TS 23.040) and its alphabets (TS 23.038). Pure."""
