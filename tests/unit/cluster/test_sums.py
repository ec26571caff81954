"""Parts counted separately sum up to what one count of all of it says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from explorer.cluster.sums import sum_of
from explorer.service.tally import Tally
from explorer.storage.model import Blob, BlobType


def blob_of(name: str, size_bytes: int, changed_s: int, tier: str) -> Blob:
    path, kind = f"{name}/file.bin", BlobType.BLOCK
    return Blob(path, size_bytes, changed_s, "", "", None, kind, tier, "", 0, None, False)


BLOBS = st.lists(
    st.builds(
        blob_of,
        st.sampled_from(["a", "b/x", "b/y/z", "c"]),
        st.integers(0, 10**12),
        st.integers(1, 2_000_000_000),
        st.sampled_from(["Hot", "Cool", ""]),
    ),
    max_size=30,
)


@given(BLOBS)
def test_the_sum_of_the_parts_is_the_whole(blobs: list[Blob]) -> None:
    tops = sorted({blob.name.split("/")[0] for blob in blobs})
    parts = []
    for top in tops:
        tally = Tally(2_000_000_000)
        tally.add(blob for blob in blobs if blob.name.split("/")[0] == top)
        parts.append(tally.statistics(is_complete=True))
    whole = Tally(2_000_000_000)
    whole.add(blobs)
    expected = whole.statistics(is_complete=True)
    found = sum_of(parts, is_complete=True)
    assert (found.blobs, found.size_bytes, found.folders) == (
        expected.blobs, expected.size_bytes, expected.folders,
    )  # fmt: skip
    assert list(found.by_tier.items()) == list(expected.by_tier.items())
    assert list(found.by_ending.items()) == list(expected.by_ending.items())
    assert {word: share for word, share in found.by_age.items() if share.blobs} == {
        word: share for word, share in expected.by_age.items() if share.blobs
    }
    assert {**{"": (0, 0)}, **found.by_folder} == dict(expected.by_folder)
    assert [one.size_bytes for one in found.largest] == [one.size_bytes for one in expected.largest]
    assert (found.oldest_s, found.newest_s) == (expected.oldest_s, expected.newest_s)
