"""The kinds of destinations, in the order in which an error lists them. A new one has a line here."""

from alerts.channels.apprise.settings import SPEC as APPRISE
from alerts.channels.discord.settings import SPEC as DISCORD
from alerts.channels.email.settings import SPEC as EMAIL
from alerts.channels.file.settings import SPEC as FILE
from alerts.channels.mattermost.settings import SPEC as MATTERMOST
from alerts.channels.pagerduty.settings import SPEC as PAGERDUTY
from alerts.channels.slack.settings import SPEC as SLACK
from alerts.channels.slack_webhook.settings import SPEC as SLACK_WEBHOOK
from alerts.channels.spec import Spec
from alerts.channels.teams.settings import SPEC as TEAMS
from alerts.channels.terminal.settings import SPEC as TERMINAL
from alerts.channels.webhook.settings import SPEC as WEBHOOK

SPECS: dict[str, Spec] = {
    spec.kind: spec
    for spec in (
        SLACK_WEBHOOK,
        SLACK,
        WEBHOOK,
        DISCORD,
        TEAMS,
        MATTERMOST,
        PAGERDUTY,
        EMAIL,
        APPRISE,
        FILE,
        TERMINAL,
    )
}
