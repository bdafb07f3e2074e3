"""The keys of a Teams workflow."""

from alerts.channels.spec import Spec
from alerts.config import values as v

SPEC = Spec(kind="teams", value=v.secret_url, example={"teams": "${TEAMS_WORKFLOW_URL}"})
