"""What happens in the world: articles in, incidents and counts out.

The road: ``sources`` give Articles, ``classify`` turns each into a Report, ``engines`` append reports to
the ``journal``, and ``world`` folds the journal into stories, incidents, episodes and windows.
Nothing in here knows of rules or alerts: ``alerts`` may import ``streams``, never the reverse.
"""
