"""Any HTTP receiver, after the Standard Webhooks specification."""
