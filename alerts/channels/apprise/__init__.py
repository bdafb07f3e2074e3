"""Any service that Apprise knows; needs the extra ``apprise``."""
