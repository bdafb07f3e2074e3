"""Slack, through the Web API: alerts are edited and answered in their thread."""
