"""Checks at start that every template of every language can be read and rendered.

A problem is reported in one line that names the file and the fix (docs/wording.md).
"""

from collections.abc import Iterator
from difflib import get_close_matches
from itertools import product
from pathlib import PurePosixPath

from jinja2 import TemplateError, meta

from domain.appeal.letters import AppealPurpose
from mail.appeal_samples import desk_appeal_samples
from mail.samples import CASE_MESSAGES, LETTERS, desk_samples, samples
from mail.templates import DESK, DESK_APPEAL, LAYOUT, SUBJECT, BadWording, Templates, Written
from reference.languages import Tag

MESSAGES = (
    *CASE_MESSAGES,
    *(f"enrollment/{about}" for about in LETTERS),
    *(f"appeal/{about}" for about in AppealPurpose),
)
LONGEST_SUBJECT = 200

_LAYOUT_VARIABLES = {"subject", "content", "language", "direction"}


def proofread(wording: Templates) -> None:
    """Check all templates.

    Raises:
        BadWording: a template is bad. The message names the first problem.
    """
    for language in wording.languages:
        _check_complete(wording, language)
    variables = {LAYOUT: _LAYOUT_VARIABLES, DESK: set[str](), DESK_APPEAL: set[str]()}
    for written, name, given in _rendered(wording):
        variables.setdefault(name, set()).update(given)
        if len(written.subject) > LONGEST_SUBJECT:
            raise BadWording(
                f"{wording.files[name]}:1: a subject of {len(written.subject)} characters, "
                f"more than {LONGEST_SUBJECT}; make it shorter"
            )
    included = {piece for name in wording.files for piece in _included(wording, name)}
    for name in wording.files:
        _check_known(wording, name, included)
        if name in variables or name in included:
            _check_variables(wording, name, variables)
    if "content" not in _variables(wording, LAYOUT):
        raise BadWording(f"{wording.files[LAYOUT]}: does not print {{{{ content }}}}")


def _rendered(wording: Templates) -> Iterator[tuple[Written, str, set[str]]]:
    for language, has_ways in product(wording.languages, (False, True)):
        for message, values in samples(wording.reader(language).locale, has_ways):
            name = f"{language}/{message}.md"
            _check_subject(wording, name)
            yield wording.write(message, language, values), name, set(values)
    for values in desk_samples():
        yield wording.write_to_desk(values), DESK, set(values)
    for values in desk_appeal_samples():
        yield wording.write_to_desk(values, DESK_APPEAL), DESK_APPEAL, set(values)


def _check_complete(wording: Templates, language: str) -> None:
    files = [f"{message}.md" for message in MESSAGES]
    missing = [file for file in files if f"{language}/{file}" not in wording.files]
    folder = next(
        path.parents[name.count("/") - 1]
        for name, path in wording.files.items()
        if name.startswith(f"{language}/")
    )
    if Tag.read(language).locale() is None:
        raise BadWording(
            f"{folder}: is not a language; name the folder by its tag, such as de or pt-BR"
        )
    if missing:
        raise BadWording(
            f"{folder}: a language must be complete, and this one lacks {', '.join(missing)}"
        )


def _check_subject(wording: Templates, name: str) -> None:
    """Check that a tag at the end of the subject's line does not join the next line to it."""
    first, second, *_ = [*wording.source(name).split("\n"), ""]
    if first.startswith(SUBJECT) and first.endswith("%}") and second.strip():
        raise BadWording(
            f"{wording.files[name]}:2: must be empty, since line 1 ends with a tag, "
            "which removes the line break"
        )


def _check_known(wording: Templates, name: str, included: set[str]) -> None:
    """Check that the file replaces one of ours, or that a template includes it."""
    language, _, file = name.partition("/")
    of_a_message = file.endswith(".md") and file.removesuffix(".md") in MESSAGES
    if name in wording.ours or name in included or of_a_message:
        return
    if PurePosixPath(name).name.startswith("_"):
        raise BadWording(f"{wording.files[name]}: nothing includes it")
    wanted = [*(f"{language}/{message}.md" for message in MESSAGES), *wording.ours]
    close = get_close_matches(name, wanted, n=1)
    hint = f"; is it meant to be {close[0]}?" if close else "; remove it"
    raise BadWording(f"{wording.files[name]}: replaces none of our files{hint}")


def _check_variables(wording: Templates, name: str, variables: dict[str, set[str]]) -> None:
    """Check that the template uses only known variables, also in branches that no sample takes."""
    language = name.partition("/")[0]
    known = variables.get(name) or {
        variable
        for other, given in variables.items()
        if other.startswith(f"{language}/")
        for variable in given
    }
    if unknown := sorted(_variables(wording, name) - known):
        raise BadWording(
            f"{wording.files[name]}: there is no variable {unknown[0]}; "
            f"there are {', '.join(sorted(known))}"
        )


def _variables(wording: Templates, name: str) -> set[str]:
    return meta.find_undeclared_variables(wording.plain.parse(wording.source(name)))


def _included(wording: Templates, name: str) -> set[str]:
    """Return the files that a file includes."""
    try:
        tree = wording.plain.parse(wording.source(name))
    except TemplateError:  # the file is not used, or rendering reports the error
        return set()
    names = meta.find_referenced_templates(tree)
    return {wording.plain.join_path(piece, name) for piece in names if piece}
