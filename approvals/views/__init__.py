"""The pages: they parse what was sent, call one verb or query, and show the result."""
