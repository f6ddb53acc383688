"""Figures about steps and cases. ``tables`` groups them, ``facts`` says what is counted of one step or case."""
