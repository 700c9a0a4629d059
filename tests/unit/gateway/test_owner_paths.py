"""An id that a client made up becomes part of an owner's address: nothing but an id may."""

from typing import Any, cast

import pytest

from gateway.owners import Owners
from services.kernel.errors import NotFound


@pytest.mark.parametrize("made_up", ["../../metrics", "x#", "x?screen=y", "x%2f..", "x y", "", "あ", "x\n", "x/../y"])
async def test_an_id_that_is_none_reaches_no_owner(made_up: str) -> None:
    owners = cast(Any, Owners.__new__(Owners))  # without clients: nothing may be asked
    with pytest.raises(NotFound):
        await owners.ask(None, "coordination", "GET", f"/views/cases/{made_up}/sharing")
