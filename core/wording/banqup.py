"""The sentences of this room: code -> what happened and what to do.

Banqup's own words ({said}) may be missing and then show as a dash; they are redacted and cut before.
"""

from core.wording import Message

_GRANT = (
    "In Banqup, let an administrator of the space look at Settings, External applications: the app needs the roles"
    " Purchase assistant and Sales assistant, and its API products enabled in the Developer Portal."
)

_ACCESS = {
    "banqup_secret_refused": Message(
        "Banqup refuses the app id or the secret (status {status}).",
        "Check both, and the address; the secret is shown once, when a key is made (command: “connect banqup set”).",
    ),
    "banqup_token_refused": Message(
        "Banqup refuses the access token, also a new one.",
        "Check in Banqup's Developer Portal whether the app and its key are still active.",
    ),
    "banqup_forbidden": Message("Banqup does not let the app see this ({said}).", _GRANT),
    "banqup_space_gone": Message(
        "Banqup does not know this space any more, or access was withdrawn.",
        "Ask an administrator of the space to let the app in again (Settings, External applications).",
    ),
    "banqup_token_path_wrong": Message(
        "Banqup has no sign-in at {path}.", "Check Banqup's address and the token path with “connect banqup set”."
    ),
    "banqup_token_unreadable": Message(
        "Banqup's answer to the sign-in cannot be read.", "Check the address; tell support if it stays."
    ),
}

_WAITS = {
    "banqup_throttled": Message("Banqup asks for a pause.", "Nothing to do; it goes on by itself."),
    "banqup_paused": Message("Banqup asked for a pause, which still lasts.", "Nothing to do; it goes on by itself."),
    "banqup_storage_throttled": Message(
        "The store of Banqup's files asks for a pause.", "Nothing to do; it goes on by itself."
    ),
    "banqup_server_error": Message(
        "Banqup reports a fault of its own (status {status}).", "Nothing to do; it is asked again by itself."
    ),
    "banqup_storage_error": Message(
        "The store of Banqup's files reports a fault (status {status}).", "Nothing to do; it is asked again by itself."
    ),
    "banqup_unreachable": Message(
        "Banqup could not be reached.", "Check the network and the address; it is asked again by itself."
    ),
    "banqup_tls": Message(
        "No secure connection to Banqup could be made.",
        "If it stays, check the address and this machine's clock and certificates.",
    ),
    "banqup_silent": Message("Banqup did not answer in time.", "Nothing to do; it is asked again by itself."),
    "banqup_connection_cut": Message(
        "The connection to Banqup broke off.", "Nothing to do; it is asked again by itself."
    ),
    "banqup_link_expired": Message(
        "The download link was refused twice, also a new one.", "Nothing to do; it is asked again by itself."
    ),
}

_ANSWERS = {
    "banqup_not_found": Message("Banqup does not have what was asked for.", "Tell support if it stays."),
    "banqup_document_not_found": Message(
        "The document is not in Banqup any more, or not visible to the app.", "Look for it in Banqup."
    ),
    "banqup_file_not_found": Message(
        "The file of the document is not in Banqup any more, or not visible to the app.", "Look for it in Banqup."
    ),
    "banqup_request_refused": Message(
        "Banqup refuses the request with status {status} ({said}).",
        "Tell support; Banqup names it {request_id}.",
    ),
    "banqup_redirected": Message(
        "Banqup points to another address, which is not followed.", "Check Banqup's address with “connect banqup set”."
    ),
    "banqup_answer_unreadable": Message(
        "Banqup's answer cannot be read.", "Check the address; tell support if it stays. The log has its beginning."
    ),
    "banqup_answer_too_large": Message("Banqup's answer is larger than any we expect.", "Tell support."),
    "banqup_spaces_unreadable": Message("Banqup's list of spaces is not as expected.", "Tell support."),
    "banqup_list_unreadable": Message("Banqup's list of documents is not as expected.", "Tell support."),
    "banqup_list_goes_round": Message(
        "Banqup's list of documents comes back to a page it gave before.", "It is read again later; tell support."
    ),
    "banqup_list_endless": Message(
        "Banqup's list of documents does not end (after {pages} pages).", "It is read again later; tell support."
    ),
    "banqup_document_without_id": Message("Banqup names a document without an id.", "Tell support."),
    "banqup_other_space": Message("Banqup lists a document of another space here.", "Tell support."),
    "banqup_other_document": Message("Banqup answers with another document than the one asked for.", "Tell support."),
    "banqup_file_unreadable": Message("Banqup's answer about the file is not as expected.", "Tell support."),
    "banqup_file_without_link": Message("Banqup gives no link to download the file.", "Tell support."),
    "banqup_storage_refused": Message("The store of Banqup's files refuses (status {status}).", "Tell support."),
}

_FILES = {
    "banqup_file_not_ready": Message(
        "The file is not ready in Banqup yet ({status}).", "Nothing to do; it is asked again by itself."
    ),
    "banqup_file_size_differs": Message(
        "The file has {got} bytes, but Banqup says {size}.", "It is asked again by itself; tell support if it stays."
    ),
    "banqup_file_is_a_page": Message(
        "A web page came in the place of the file.", "It is asked again by itself; check the network's proxy."
    ),
    "banqup_file_infected": Message(
        "Banqup found a virus in the file.", "Ask the sender for a clean one; this one is not touched."
    ),
    "banqup_file_deleted": Message("The file was deleted in Banqup.", "Ask who deleted it, then retry."),
    "banqup_file_too_large": Message(
        "The file is larger than {limit} bytes.", "Send it to the accountant another way, then mark it delivered."
    ),
    "banqup_link_unsafe": Message(
        "The download link points to a place that is not allowed: {host}.",
        "If Banqup keeps its files there, add it to the download hosts; else tell support.",
    ),
}

_SETTINGS = {
    "banqup_address_missing": Message("Banqup's address is not set.", "Set it with “connect banqup set”."),
    "banqup_address_malformed": Message(
        "Banqup's address is no web address.", "Enter it as https://host or https://host/path."
    ),
    "banqup_address_not_https": Message(
        "Banqup's address is not encrypted (http).",
        "Use https. Plain http is only for this machine itself (127.0.0.1).",
    ),
    "banqup_download_host_wrong": Message(
        "“{host}” among the download hosts is no host name.", "Enter the name alone, such as storage.example.com."
    ),
}

MESSAGES: dict[str, Message] = {**_ACCESS, **_WAITS, **_ANSWERS, **_FILES, **_SETTINGS}
