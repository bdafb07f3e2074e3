"""The config file: read whole, checked whole, refused whole with the place of every problem."""

from alerts.config.loader import load
from alerts.config.problems import ConfigError, Problem
from alerts.config.types import Config

__all__ = ["Config", "ConfigError", "Problem", "load"]
