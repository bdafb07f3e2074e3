"""Engines keep the journal and State and run the steps. They know nothing of rules or news."""
