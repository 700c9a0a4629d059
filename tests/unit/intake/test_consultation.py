"""The mark of the office on a receipt."""

from services.intake.domain.consultation import office_mark


def test_no_mark_on_a_receipt_names_the_section() -> None:
    assert [office_mark(unit) for unit in ("hoya-window", "tanashi-window", "hikikomori-support")] == ["保", "田", "支"]
