"""Discord, through a webhook: the first message of an alert is edited, and what is new follows as its own."""
