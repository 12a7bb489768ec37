"""Our templates and a marketplace's own. They are read at start and rendered for each e-mail.

docs/wording.md says how to write one.
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
DESK_APPEAL = "desk_appeal.txt"
SUBJECT = "Subject: "

_GAP = re.compile(r"\n{3,}")


class BadWording(ValueError):
    """A template cannot be used. The message names the file and the fix in one line."""


@dataclass(frozen=True)
class Written:
    """An e-mail's subject and text, and the text as HTML (None for the desk)."""

    subject: str
    text: str
    html: str | None = None


class _Templates(Environment):
    def __init__(self, loader: BaseLoader, **options: object) -> None:
        # Values are not escaped as HTML here. `finalize` escapes them as Markdown.
        super().__init__(
            loader=loader,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            keep_trailing_newline=True,
            auto_reload=False,
            cache_size=-1,
            **options,  # type: ignore[arg-type]  # arguments of Environment
        )

    def join_path(self, template: str, parent: str) -> str:
        """Find an included file beside the template, or else in the folder of its language."""
        beside = str(PurePosixPath(parent).with_name(template))
        of_language = f"{PurePosixPath(parent).parts[0]}/{template}"
        assert self.loader
        return beside if beside in self.loader.list_templates() else of_language


class Templates:
    """The templates of `TEMPLATES`, where `own` has no file of the same name."""

    def __init__(self, own: Path | None = None) -> None:
        """Read every file. Later changes of the files have no effect.

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
        """Return the languages, which are the names of the folders."""
        return tuple(sorted({name.partition("/")[0] for name in self.files if "/" in name}))

    def reader(self, tag: str | None) -> LanguageChoice:
        """Choose the language for a seller with this BCP 47 tag, or without one."""
        return choose_language(tag, self.languages)

    def write(self, message: str, language: str, values: Mapping[str, object]) -> Written:
        """Render a message to a seller.

        Raises:
            BadWording: the template is bad.
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
                "content": Markup(to_html(markdown)),  # noqa: S704  # its values are escaped
                "language": language,
                "direction": locale.text_direction if locale else "ltr",
            },
        )
        return Written(subject, text, html)

    def write_to_desk(self, values: Mapping[str, object], name: str = DESK) -> Written:
        """Render an e-mail to the desk, in English and as plain text.

        Raises:
            BadWording: the template is bad.
        """
        return Written(*self._rendered(self.plain, name, values))

    def source(self, name: str) -> str:
        """Return the text of a file."""
        return self._sources[name]

    def _rendered(
        self, templates: Environment, name: str, values: Mapping[str, object]
    ) -> tuple[str, str]:
        first, _, text = self._render(templates, name, values).partition("\n")
        # Use plain spaces, so that an English subject is ASCII.
        subject = " ".join(first.removeprefix(SUBJECT).split())
        if not first.startswith(SUBJECT) or not subject:
            raise BadWording(f"{self.files[name]}:1: the first line must be '{SUBJECT}...'")
        return subject, _GAP.sub("\n\n", text).strip("\n") + "\n"

    def _render(self, templates: Environment, name: str, values: Mapping[str, object]) -> str:
        try:
            return templates.get_template(name).render(values)
        # The expressions of a template can raise any of these.
        except (TemplateError, TypeError, ValueError, LookupError, ArithmeticError) as error:
            raise BadWording(f"{self._place(error, name)}: {error}") from error

    def _place(self, error: Exception, name: str) -> str:
        """Return the file of an error, and the line if it is known."""
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
    """Return all files except hidden ones, by their path within the folder."""
    try:
        next(folder.iterdir(), None)
    except OSError as error:  # rglob would treat the folder as empty
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
