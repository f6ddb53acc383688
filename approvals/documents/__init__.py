"""The papers that the product issues, as PDF/A: what stands on them, how they are set, and how their own record is read again."""

from .reading import OwnRecord, own_record
from .rendering import render, verification_address
from .sheet import Line, Sheet, sheet_of

__all__ = ["Line", "OwnRecord", "Sheet", "own_record", "render", "sheet_of", "verification_address"]
