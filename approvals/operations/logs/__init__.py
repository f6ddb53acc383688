"""Entering the event logs of other systems into tables of their own, once and completely."""
