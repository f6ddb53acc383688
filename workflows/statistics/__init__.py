"""The statistics of cases: where the time went, how much, and how sure a figure is.

Pure: counts and whole seconds come in, figures go out; nothing here asks a database or what time it is.
"""
