"""What a user can be told."""


class UserError(Exception):
    """A mistake in the input or the command; its message is all that the user is shown.

    The message names the file, the column and a value where there is one, and what to do.
    """
