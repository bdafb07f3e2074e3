"""The keys of an Apprise destination."""

from alerts.channels.spec import Spec
from alerts.config import values as v

SPEC = Spec(kind="apprise", value=v.apprise_url, example={"apprise": "json://${APPRISE_TOKEN}@example.org/path"})
