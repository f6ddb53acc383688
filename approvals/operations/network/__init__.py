"""The county's network from the files that ship with the product: loading what is missing, and dated updates of it."""

from .loading import load_competences, load_departments, load_offices, load_places, read_data, usual_competences

__all__ = ["load_competences", "load_departments", "load_offices", "load_places", "read_data", "usual_competences"]
