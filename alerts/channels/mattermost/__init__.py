"""Mattermost, through an incoming webhook."""
