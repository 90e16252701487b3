"""What several modules of these tests stand on."""

import pytest

from aidtracker.testing import make_headquarters


@pytest.fixture
def headquarters():
    return make_headquarters()
