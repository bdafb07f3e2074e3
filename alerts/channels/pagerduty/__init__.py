"""PagerDuty, through the Events API v2."""
