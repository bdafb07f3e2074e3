"""What a text says, before anyone asks what it means: sentences, numbers, dates, places, actors."""
