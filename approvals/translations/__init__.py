"""The English of the interface: one text file, read at the first English page of a process.

The file is kept as people edit it. It is compiled in memory, so that no compiled copy can be older than its source.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

ENGLISH = Path(__file__).parent / "en" / "LC_MESSAGES" / "messages.po"


@cache
def english() -> Any:
    """The English texts as ``babel.support.Translations``; a text that is missing is shown in Chinese.

    Costs some 40 ms and four megabytes, once per process; Chinese pages never come here.
    """
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po
    from babel.support import Translations

    compiled = BytesIO()
    with ENGLISH.open("rb") as file:
        write_mo(compiled, read_po(file, locale="en"))
    compiled.seek(0)
    return Translations(compiled)
