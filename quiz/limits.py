"""How often visitors may do something, counted per network they come from."""

import logging
import time
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

logger = logging.getLogger(__name__)

HOUR = 3600


def seconds_to_wait(request: HttpRequest, action: str, per_hour: int) -> int:
    """Count one more time; 0 while that is within the limit.

    What is kept is a number under a hash that changes every hour. A store that is away
    limits nobody.
    """
    hour, second = divmod(int(time.time()), HOUR)
    subject = f"{action} {client_network(request)} {hour}"
    key = f"limit:{salted_hmac('quiz.limits', subject).hexdigest()}"
    try:
        num_times = count(key)
    except Exception:
        logger.exception("The store of the limits did not answer.")
        return 0
    return HOUR - second if num_times > per_hour else 0


def count(key: str) -> int:
    cache.add(key, 0, HOUR)
    try:
        return cache.incr(key)
    except ValueError:  # the store has dropped it in this very moment
        return 1


def client_network(request: HttpRequest) -> str:
    """The visitor's /24 or /64: one household or office, more or less."""
    address = client_address(request)
    if address is None:
        return "unknown"
    bits = 24 if address.version == 4 else 64
    return str(ip_network((address, bits), strict=False))


def client_address(request: HttpRequest) -> IPv4Address | IPv6Address | None:
    """Who is connected; X-Forwarded-For is believed as far as TRUSTED_PROXIES wrote it."""
    address = parse(request.META.get("REMOTE_ADDR", ""))
    forwarded = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    while address and is_trusted(address) and forwarded:
        before = parse(forwarded.pop())
        if before is None:
            break
        address = before
    return address


def parse(text: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address


def is_trusted(address: IPv4Address | IPv6Address) -> bool:
    return any(address in network for network in settings.TRUSTED_PROXIES)
