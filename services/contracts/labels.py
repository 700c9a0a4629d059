"""呼び名: what a consultation, a handoff or a case is called on a list. One function, so that all three say the same."""

from services.contracts.messages import sentence

_HONORIFICS = ("さん", "さま", "様", "ちゃん", "くん", "君", "氏")


def label(*, called: str, caller_kind: str, caller_relation: str | None, is_anonymous: bool) -> str:
    """`called` is what the person is called, or nothing when the reader may not know or nobody said.

    Else it is named by whom the call came from: never by a relative's surname."""
    if called:
        return sentence("label.called" if called.endswith(_HONORIFICS) else "label.named", name=called)
    about = caller_relation if caller_kind == "family" and caller_relation else caller_kind
    return sentence(f"label.from.{about}" + (".anonymous" if is_anonymous and caller_kind != "unnamed" else ""))
