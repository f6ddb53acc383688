"""What an action costs, against hand-written SQL that writes the same rows."""
