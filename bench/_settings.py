"""The site's settings with two bare views beside it, to compare with."""

from config.settings import *  # noqa: F403

ROOT_URLCONF = "bench._urls"
CONTENT_CACHE_SECONDS = 5
