"""What does a sentence report? Clauses, figures, realis, scope and type by the lexicon; then events of an article."""
