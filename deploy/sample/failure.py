"""The one way in which loading fails."""


class SampleError(Exception):
    """Loading can't go on; the message is one line that says why and, where it is known, what to do."""
