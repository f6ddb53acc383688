"""The general engine: definitions as data, one shared machine per version, and a pure step function.

Reading order: ``definition`` (what a workflow is), ``facts`` (what is known when it moves), ``machine`` (how it moves).
"""
