"""What several test modules use."""

import signal

import pytest


@pytest.fixture
def hears_ctrl_c():
    """SIGINT raises KeyboardInterrupt, also where whoever started the tests ignores it: shells do so for what runs in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)
