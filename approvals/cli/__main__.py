"""``python -m approvals.cli``: the commands where the script is not on the path."""

from . import main

main()
