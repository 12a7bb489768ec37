"""Why a mailbox was not read or changed."""

import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from imap_tools import ImapToolsError, MailboxFolderSelectError, MailboxLoginError


class MailboxFailed(Exception):
    """The mailbox did not do what was asked. The session is over, unless it is `NotDone`.

    The message says why, and quotes nothing personal.
    """


class NotDone(MailboxFailed):
    """The mail server refused what was asked. The session goes on."""


@contextmanager
def understood() -> Iterator[None]:
    """Turn what the library raises into `MailboxFailed`, without the server's own words."""
    try:
        yield
    except MailboxLoginError:
        raise MailboxFailed("the mail server refuses the login") from None
    except MailboxFolderSelectError:
        raise MailboxFailed("the folder to read does not exist (imap_folder)") from None
    except ssl.SSLCertVerificationError as error:
        raise MailboxFailed(f"certificate not trusted: {error.verify_message}") from None
    except UnicodeError:  # it quotes what was to be sent, such as a password
        raise MailboxFailed("a name or a password is not ASCII") from None
    except OSError as error:
        raise MailboxFailed(f"no connection: {error.strerror or type(error).__name__}") from None
    except ImapToolsError as error:
        raise NotDone(f"the mail server refuses ({type(error).__name__})") from None
    except imaplib.IMAP4.error as error:
        raise MailboxFailed(f"the mail server failed ({type(error).__name__})") from None
