"""What an error that is kept as an answer holds on to."""

from ledger.domain.dates import parse_date
from ledger.domain.refusals import InvalidRequest, Refusal, forget_the_way


def refused() -> Refusal:
    """A refusal with another behind it, each with the frames that it came through."""
    try:
        try:
            parse_date("first")
        except InvalidRequest:
            parse_date("second")
    except InvalidRequest as refusal:
        return refusal
    raise AssertionError("neither is a date")


def test_a_refusal_kept_as_an_answer_holds_none_of_the_frames_that_it_came_through() -> None:
    kept = refused()
    before = kept.__context__
    assert before is not None
    assert None not in {kept.__traceback__, before.__traceback__}
    forget_the_way(kept)
    assert (kept.__traceback__, before.__traceback__) == (None, None)
    assert kept.__context__ is before, "what it followed from is still told"


def test_a_refusal_that_came_no_way_has_none_to_forget() -> None:
    refusal = InvalidRequest("never raised")
    forget_the_way(refusal)
    assert refusal.__traceback__ is None
