"""Event logs of other systems, as files: CSV and XES read record by record, times understood, every fault said with its remedy."""
