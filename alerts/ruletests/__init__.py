"""Do the rules say what their author means? Test files: given articles, expected alerts, gates and notifications.

``reading`` reads a file and tells every mistake with its place, ``running`` folds a case as a replay would and
compares, ``telling`` writes the outcome for people and as JUnit.
"""
