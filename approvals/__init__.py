"""The web product: storage, verbs, queries, pages and commands around the pure workflow engine."""
