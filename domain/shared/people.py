"""People, who are known by their names alone (docs/rules.md, section 8)."""


def is_same_person(one: str, other: str | None) -> bool:
    """Return whether both names are of one person, however they are capitalised.

    Some providers of sign-in give the same name in other letters after a while.
    """
    return other is not None and one.casefold() == other.casefold()
