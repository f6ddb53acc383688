"""Forms made from definitions: reading what was typed, saying what is missing, and WTForms classes to show it all.

``form_class`` builds a class for a form or an application page; ``canonical`` gives its values as they are filed;
``lenient`` keeps what was typed, right or wrong; ``fill`` shows stored values; ``rearranged`` serves the buttons that add
and remove rows. ``answers`` says filed values in words.
"""

from .answers import Answer, answers
from .building import DefinitionForm, Note, Offered, canonical, fill, form_class, rearranged
from .checking import Fault, faults
from .choices import NO_CHOICES, Choices
from .reading import LONGEST_TEXT, added_row, lenient, most_rows, overfull, small_number, without_overlong, without_removed

__all__ = [
    "LONGEST_TEXT",
    "NO_CHOICES",
    "Answer",
    "Choices",
    "DefinitionForm",
    "Fault",
    "Note",
    "Offered",
    "added_row",
    "answers",
    "canonical",
    "faults",
    "fill",
    "form_class",
    "lenient",
    "most_rows",
    "overfull",
    "rearranged",
    "small_number",
    "without_overlong",
    "without_removed",
]
