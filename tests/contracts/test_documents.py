"""The client's documents agree with each other."""

from graphql import FieldNode, OperationDefinitionNode, SelectionSetNode, parse

from infra.paths import ROOT


def test_a_device_takes_along_what_the_screens_show() -> None:
    """A field added to a screen's document and not to Sync would be missing only without a network: the worst place."""
    folder = ROOT / "pwa" / "src" / "gateway" / "documents"
    sync = selections((folder / "Sync.graphql").read_text(encoding="utf8"))
    for document, root, taken in (
        ("Case", ("case",), ("sync", "cases", "record")),
        ("Cases", ("cases",), ("sync", "cases", "card")),
        ("Session", ("session",), ("sync", "sessions", "board")),
        ("Today", ("today",), ("sync", "today")),
    ):
        shown = selections((folder / f"{document}.graphql").read_text(encoding="utf8"))
        assert below(shown, root) == below(sync, taken), document


def test_of_what_waits_for_a_manager_a_device_asks_only_where_it_stands() -> None:
    """No screen shows the words of it without a network."""
    sync = selections((ROOT / "pwa/src/gateway/documents/Sync.graphql").read_text(encoding="utf8"))
    assert below(sync, ("sync", "confirming")) == {(), ("id",), ("caseId",), ("state",)}


def selections(document: str) -> set[tuple[str, ...]]:
    """Every field of a document as the path to it."""

    def walk(node: SelectionSetNode | None, above: tuple[str, ...]) -> set[tuple[str, ...]]:
        fields = [each for each in (node.selections if node else ()) if isinstance(each, FieldNode)]
        paths = {(*above, each.name.value) for each in fields}
        return paths.union(*(walk(each.selection_set, (*above, each.name.value)) for each in fields))

    [operation] = parse(document).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return walk(operation.selection_set, ())


def below(paths: set[tuple[str, ...]], root: tuple[str, ...]) -> set[tuple[str, ...]]:
    found = {path[len(root) :] for path in paths if path[: len(root)] == root}
    assert len(found) > 1
    return found
