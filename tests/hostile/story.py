"""Things that exist, so that hostile requests reach further than "not found"; and what the processes said about them."""

import re
from dataclasses import dataclass
from uuid import UUID

from infra.seed import actor_of
from infra.stack import Stack
from services.kernel.ids import new_id
from services.kernel.token import Actor, Signer
from tests.support.person import Person, consultation_payload, open_case, session_payload

SERVICES = ("intake", "coordination", "ibasho", "notify", "reporting")
_UNITS = ("hoya-window", "hikikomori-support", "yato-ibasho", "audit-office")
_ROLES = ("window_staff", "coordinator", "ibasho_staff", "manager", "auditor")
_BUGS = re.compile(r'"event": "(request\.failed|command\.failed|graphql\.failed|loop\.died)"|Exception in ASGI')


@dataclass(frozen=True)
class Story:
    """Ids of what stands in the databases."""

    consultation: UUID
    case: UUID
    session: UUID

    def of_path(self, path: str) -> dict[str, str]:
        """Real values for the parameters of a route; nothing for a route without any, or of other things."""
        known = {"consultation_id": self.consultation, "case_id": self.case, "session_id": self.session}
        return {name: str(value) for name, value in known.items() if "{" + name + "}" in path}


def tell(town: Stack) -> Story:
    """Through the gateway, as people would."""
    clerk, coordinator = Person(town.url, "watanabe"), Person(town.url, "takahashi")
    case, consultation, session = open_case(clerk, coordinator), new_id(), new_id()
    clerk.do("OpenConsultation", consultation, consultation_payload())
    mori = Person(town.url, "mori")
    mori.do("ScheduleSession", session, session_payload(mori))
    return Story(consultation, case, session)


def everything() -> Actor:
    """A member of staff who holds every role in every unit today: most routes open to them."""
    pairs = tuple((unit, role) for unit in _UNITS for role in _ROLES)
    return Actor(actor_of("sasaki").id, "staff", pairs, "demo")


class Tokens:
    """A fresh token for each request to one service: none is good twice."""

    def __init__(self, town: Stack, service: str, actor: Actor | None = None) -> None:
        self._signer, self._service = Signer(town.keys_dir, "gateway"), service
        self.actor = actor or everything()

    def header(self) -> dict[str, str]:
        """As a request carries it."""
        return {"Authorization": f"Bearer {self._signer.sign(self.actor, self._service)}"}


def bugs(town: Stack) -> dict[str, int]:
    """How often each process has said that something went wrong which nobody had thought of."""
    return {name: len(_BUGS.findall(town.log_file(name).read_text(encoding="utf8"))) for name in (*SERVICES, "gateway")}
