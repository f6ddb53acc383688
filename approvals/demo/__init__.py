"""The demo county: invented people and the company openings of the last months, made through the product's own verbs."""

from .loading import NotADemo, clear_demo, load_demo
from .people import DemoSignIn, demo_sign_ins

__all__ = ["DemoSignIn", "NotADemo", "clear_demo", "demo_sign_ins", "load_demo"]
