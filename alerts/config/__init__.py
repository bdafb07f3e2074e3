"""The config file: read whole, checked whole, refused whole with the place of every problem."""
