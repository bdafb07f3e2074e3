"""Microsoft Teams, through a workflow that is started by a webhook request."""
