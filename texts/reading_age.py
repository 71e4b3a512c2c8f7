"""How old a reader must be, by the Automated Readability Index (Senter and Smith, 1967)."""

import re

FIRST_GRADE_AGE = 5
"""The index counts school grades, of which the first is for children of five and six."""


def reading_age(text: str) -> int:
    words = re.findall(r"[^\W_]+(?:[’'-][^\W_]+)*", text)
    if not words:
        return FIRST_GRADE_AGE
    letters = sum(char.isalnum() for char in text)
    sentences = max(1, len(re.findall(r"[.!?…]+(?=\W|$)", text.rstrip(".!?…"))) + 1)
    grade = 4.71 * letters / len(words) + 0.5 * len(words) / sentences - 21.43
    return FIRST_GRADE_AGE + max(0, round(grade))
