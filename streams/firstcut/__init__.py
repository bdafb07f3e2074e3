"""What does a sentence report? Taxonomy and words are data (``lexicon/``); each question has a module.

``lexicon`` loads the data, ``scene`` finds its words in a sentence, ``casualties`` reads figures, ``stance`` says
whether it happened and what the clause does, ``withdrawals`` reads the force family, ``happenings`` the others, and
``gather`` joins the signals of one article into events.
"""
