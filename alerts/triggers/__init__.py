"""When is a count worth an alert? The tests that rules put to their windows, one file each."""
