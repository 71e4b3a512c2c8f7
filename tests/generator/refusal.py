"""What a file must be told that cannot be used as a network."""

import pytest

from generator.errors import LoadError
from generator.snapshots import read_snapshot


def refusal(data):
    """The one sentence that a refused file gets."""
    with pytest.raises(LoadError) as caught:
        read_snapshot(data)
    sentence = str(caught.value)
    assert sentence.endswith(".")
    assert sentence.isprintable()
    assert ". " not in sentence
    assert len(sentence) < 200
    return sentence
