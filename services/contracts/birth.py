"""A date of birth as people say it: part of more than one language."""

from services.contracts.base import Line, Model


class BirthAsTold(Model):
    """Date of birth in three fields as typed: 「昭50」「S50」「昭和50年ごろ」「1975」; month and day may be blank."""

    year: Line = ""
    month: Line = ""
    day: Line = ""
