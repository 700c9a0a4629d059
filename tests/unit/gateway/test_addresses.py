"""What a failed try is counted under: an address, and of IPv6 the network that one firm or household has."""

from starlette.requests import Request

from gateway.sign_in.throttle import address_of


def said(host: str | None) -> str:
    return address_of(Request({"type": "http", "client": (host, 1) if host else None}))


def test_one_network_of_ipv6_is_one_address_and_ipv4_is_itself() -> None:
    assert said("2001:db8:1:2::5") == said("2001:db8:1:ffff::1") != said("2001:db8:2:2::5")
    assert (said("192.0.2.1"), said(None)) == ("192.0.2.1", "")


def test_ipv4_in_ipv6_is_itself_and_nonsense_is_no_crash() -> None:
    """Else everybody would share one count behind a proxy that listens for both."""
    assert said("::ffff:192.0.2.1") == "192.0.2.1"
    assert said("fe80::1%eth0") == "fe80::/48"
    assert said("a:b") == "a:b"
