"""Event logs of other systems: reading CSV and XES files into tables of their own, once and completely."""
