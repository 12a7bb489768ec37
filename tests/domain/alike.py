"""Compare what is made of something with what it was made of."""

from pydantic import BaseModel


def unlike(made: BaseModel, *sources: object) -> dict[str, object]:
    """The fields that no source has by the same name with the same value, which is known."""
    return {
        name: value
        for name, value in made
        if value is None or not any(getattr(source, name, None) == value for source in sources)
    }
