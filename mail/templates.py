"""The templates, ours and a marketplace's own: read at start, rendered for each e-mail.

docs/wording.md is for who writes one.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from types import TracebackType

from jinja2 import (
    BaseLoader,
    Environment,
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateSyntaxError,
)
from markupsafe import Markup

from mail.markup import MARKDOWN_FILTERS, PLAIN_FILTERS, escaped, plain, to_html
from reference.languages import LanguageChoice, Tag, choose_language

TEMPLATES = Path(__file__).parent.parent / "templates"
LAYOUT = "layout.html"
DESK = "desk.txt"
SUBJECT = "Subject: "

_GAP = re.compile(r"\n{3,}")


class BadWording(ValueError):
    """A template that cannot be used: which file, and what to do about it, in one line."""


@dataclass(frozen=True)
class Written:
    """An e-mail's subject, its text, and the same as HTML (none for the desk)."""

    subject: str
    text: str
    html: str | None = None


class _Templates(Environment):
    def __init__(self, loader: BaseLoader, **options: object) -> None:
        # Values are no HTML here: they are made harmless by `finalize`, for Markdown.
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,
            **options,  # type: ignore[arg-type]  # what Environment takes
        )

    def join_path(self, template: str, parent: str) -> str:
        """What a template includes is beside it, or else in the folder of its language."""
        beside = str(PurePosixPath(parent).with_name(template))
        of_language = f"{PurePosixPath(parent).parts[0]}/{template}"
        assert self.loader
        return beside if beside in self.loader.list_templates() else of_language


class Templates:
    """The templates of `TEMPLATES`, where `own` has no file of the same name."""

    def __init__(self, own: Path | None = None) -> None:
        """Read every file; nothing that changes later counts.

        Raises:
            BadWording: a file is not text.
        """
        self.ours = _files_in(TEMPLATES)
        self.own = _files_in(own) if own else {}
        self.files = {**self.ours, **self.own}
        self._sources = {name: _read(path) for name, path in self.files.items()}
        loader = _Loader(self._sources, self.files)
        self.plain = _Templates(loader, finalize=plain)
        self._markdown = _Templates(loader, finalize=escaped)
        self._layout = _Templates(loader, autoescape=True)
        self.plain.filters.update(PLAIN_FILTERS)
        self._markdown.filters.update(MARKDOWN_FILTERS)

    @property
    def languages(self) -> tuple[str, ...]:
        """The folders' names."""
        return tuple(sorted({name.partition("/")[0] for name in self.files if "/" in name}))

    def reader(self, tag: str | None) -> LanguageChoice:
        """Which of the languages a seller with this BCP 47 tag, if any, is written to in."""
        return choose_language(tag, self.languages)

    def write(self, message: str, language: str, values: Mapping[str, object]) -> Written:
        """A message to a seller.

        Raises:
            BadWording: the template is wrong.
        """
        name = f"{language}/{message}.md"
        subject, text = self._rendered(self.plain, name, values)
        _, markdown = self._rendered(self._markdown, name, values)
        locale = Tag.read(language).locale()
        html = self._render(
            self._layout,
            LAYOUT,
            {
                "subject": subject,
                "content": Markup(to_html(markdown)),  # noqa: S704  # values are escaped in it
                "language": language,
                "direction": locale.text_direction if locale else "ltr",
            },
        )
        return Written(subject, text, html)

    def write_to_desk(self, values: Mapping[str, object]) -> Written:
        """What the desk is told, in English and plain text.

        Raises:
            BadWording: the template is wrong.
        """
        return Written(*self._rendered(self.plain, DESK, values))

    def source(self, name: str) -> str:
        """The text of a file."""
        return self._sources[name]

    def _rendered(
        self, templates: Environment, name: str, values: Mapping[str, object]
    ) -> tuple[str, str]:
        first, _, text = self._render(templates, name, values).partition("\n")
        # Its spaces are plain ones: an English subject then is ASCII, as headers like it.
        subject = " ".join(first.removeprefix(SUBJECT).split())
        if not first.startswith(SUBJECT) or not subject:
            raise BadWording(f"{self.files[name]}:1: the first line must be '{SUBJECT}...'")
        return subject, _GAP.sub("\n\n", text).strip("\n") + "\n"

    def _render(self, templates: Environment, name: str, values: Mapping[str, object]) -> str:
        try:
            return templates.get_template(name).render(values)
        # Whatever the expressions of a template can raise.
        except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise BadWording(f"{self._place(error, name)}: {error}") from error

    def _place(self, error: Exception, name: str) -> str:
        """The file and line of an error, as near as is known."""
        if isinstance(error, TemplateSyntaxError):
            return f"{error.filename or self.files[name]}:{error.lineno}"
        place = str(self.files[name])
        paths = {str(path) for path in self.files.values()}
        traceback: TracebackType | None = error.__traceback__
        while traceback:
            if (file := traceback.tb_frame.f_code.co_filename) in paths:
                place = f"{file}:{traceback.tb_lineno}"
            traceback = traceback.tb_next
        return place


class _Loader(FunctionLoader):
    def __init__(self, sources: Mapping[str, str], files: Mapping[str, Path]) -> None:
        super().__init__(
            lambda name: (sources[name], str(files[name]), None) if name in sources else None
        )
        self._names = list(sources)

    def list_templates(self) -> list[str]:
        return self._names


def _files_in(folder: Path) -> dict[str, Path]:
    """Every file but the hidden ones, by its name with slashes."""
    try:
        next(folder.iterdir(), None)
    except OSError as error:  # which rglob takes for an empty folder
        raise BadWording(f"{folder}: cannot be read: {error.strerror}") from None
    names = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*"))}
    return {
        name: path
        for name, path in names.items()
        if path.is_file() and not any(part.startswith(".") for part in name.split("/"))
    }


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadWording(f"{path}: is not text in UTF-8") from error
    except OSError as error:
        raise BadWording(f"{path}: cannot be read: {error.strerror}") from None
