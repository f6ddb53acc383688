"""The verbs of the product: plain functions that take the session, who acts, and the time. They decide and write."""
