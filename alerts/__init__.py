"""What is told to whom: rules over the counts, alerts out.

The road: ``config`` and ``rules`` say what to watch, ``decide`` folds the journal into alerts,
``outbox`` keeps them, ``deliver`` sends them through ``channels``.
"""
