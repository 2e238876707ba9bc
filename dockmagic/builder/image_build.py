"""A build as a request: which builder, what it is sent, and the stream of what it says."""

from __future__ import annotations

import re
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dockmagic.builder.build_files import dockerfile_files
from dockmagic.builder.build_query import build_query, secrets
from dockmagic.builder.buildkit.filesync import FileSync
from dockmagic.builder.buildkit.services import Auth, Secrets
from dockmagic.builder.buildkit.session import Session
from dockmagic.builder.buildkit.shared_key import shared_key
from dockmagic.builder.buildkit.sources import Directory, Files
from dockmagic.builder.context import build_context, is_directory
from dockmagic.builder.gzipped import Gzipped, begins_with_extension
from dockmagic.builder.hidden import Hidden
from dockmagic.engine.container_spec.paths import expanded
from dockmagic.engine.container_spec.values import named, one_of, text
from dockmagic.engine.registry_auth import read_keyring, registry_config
from dockmagic.errors import APIError, DockMagicError, ProtocolError, UsageError, warn
from dockmagic.masking import is_secret_name, url_passwords

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from dockmagic.builder.buildkit.services import Service
    from dockmagic.builder.buildkit.sources import Source
    from dockmagic.builder.context import Context
    from dockmagic.engine.client import Engine
    from dockmagic.engine.container_spec.values import Here
    from dockmagic.engine.stream import Stream

__all__ = ["Build", "prepare"]

_HEREDOCS = (1, 42)  # Docker 23
_HEREDOC = re.compile(rb"^\s*(?:RUN|COPY|ADD)\s[^\n]*<<-?['\"]?[A-Za-z_]", re.IGNORECASE | re.MULTILINE)
_PLATFORM = "DOCKER_DEFAULT_PLATFORM"
_BUILDER = one_of("auto", "buildkit", "classic")


@dataclass(frozen=True, slots=True, kw_only=True)
class Build:
    """A build that is ready to begin: everything that can be refused on this side was looked at."""

    engine: Engine
    buildkit: bool
    context: Context
    sources: Mapping[str, Source]  # what a session shows in place of a body; {} if there is none
    dockerfile: str  # the Dockerfile's name among them
    text: str = field(repr=False)  # and what it says; "" if the engine alone knows
    has_context: bool  # whether there is anything that COPY could take
    too_new: bool  # whether the Dockerfile may have heredocs that the engine does not know
    shared_key: str
    query: Mapping[str, Any]
    environ: Mapping[str, str] = field(repr=False)
    secrets: Mapping[str, bytes] = field(repr=False)
    hidden: Hidden  # what is not to be shown, should a step print it

    @property
    def builder(self) -> str:
        """Its name for people."""
        return "BuildKit" if self.buildkit else "the classic builder"

    @property
    def tags(self) -> tuple[str, ...]:
        """The names that the image gets."""
        found: tuple[str, ...] = self.query.get("t") or ()
        return found

    @contextmanager
    def messages(self) -> Iterator[Stream]:
        """Begin; the builder's messages, as JSON objects. Leaving the `with` before their end stops the build.

        Raises what a session noticed, a file that cannot be read say, in place of what the engine makes of it; but not
        that the session's connection broke, of which the engine, or the end of its messages, tells more.
        API: POST /build, and for BuildKit POST /session beside it.
        """
        with ExitStack() as stack:
            session = self._session(stack) if self.buildkit else None
            query, options = self._sent(session)
            try:
                yield stack.enter_context(self.engine.stream("POST", "/build", params=query, **options))
            except Exception as error:
                if noticed := _noticed(session):
                    raise noticed from error
                raise
            if noticed := _noticed(session):
                raise noticed

    def _session(self, stack: ExitStack) -> Session | None:
        """The session; None with an engine that refuses it: then the context goes as an archive.

        Raises DockMagicError if there are secrets, which have no other way.
        """
        services: list[Service] = [Auth(read_keyring(self.environ).find), Secrets(self.secrets)]
        if self.sources:
            services.append(FileSync(self.sources))
        try:
            return stack.enter_context(Session(self.engine, *services, shared_key=self.shared_key))
        except (ProtocolError, APIError) as error:
            if self.secrets:
                raise DockMagicError(
                    f"{self.engine.host} gives no session, and secrets have no other way: {error.message}",
                    hint="Nothing was built. In a context or a --build-arg they would stay in the image.",
                ) from error
            return None

    def _sent(self, session: Session | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """The query of POST /build, and the other options of the request."""
        query = {**self.query, "dockerfile": self.context.dockerfile, "remote": self.context.remote or None}
        headers = {"Content-Type": "application/x-tar"}
        if self.buildkit:
            query["version"] = "2"
        else:
            headers["X-Registry-Config"] = registry_config(read_keyring(self.environ).all())
        if session is not None:
            query["session"] = session.id
            if self.sources:
                return query | {"remote": "client-session", "dockerfile": self.dockerfile}, {}
        return query, {"headers": headers, **self._content(headers)}

    def _content(self, headers: dict[str, str]) -> dict[str, Any]:
        """The body, if there is one."""
        body = self.context.body
        if body is None:
            return {}
        if self.buildkit and begins_with_extension(next(iter(body), b"")):
            return {"content": iter(Gzipped(body))}
        if self.context.length is not None:
            headers["Content-Length"] = str(self.context.length)
        return {"content": iter(body)}


def prepare(
    engine: Engine, where: str | None, *, dockerfile: str | None, options: Mapping[str, Any], here: Here
) -> Build:
    """Look at the context and the options. Raises UsageError for what docker, or this engine's builder, refuses."""
    buildkit = _uses_buildkit(engine, options.get("builder", "auto"))
    given = secrets(options.get("secret", ()), here)
    if given and not buildkit:
        raise UsageError("--secret needs BuildKit: the classic builder would keep it in the image")
    query = build_query(options, buildkit=buildkit, here=here)
    query["platform"] = query.get("platform") or here.environ.get(_PLATFORM)
    where = expanded(where, here) if where else None
    file = expanded(text(options.get("file", "")), here)
    context = build_context(where, file=file, dockerfile=dockerfile, wildcard_exceptions=buildkit)
    sources: dict[str, Source] = {}
    files: dict[str, bytes] = {}
    if where is None or is_directory(where):
        files = dockerfile_files(Path(where or "").resolve(), file="" if file == "-" else file, text=dockerfile)
    if files and buildkit:
        sources = {"context": Directory(where) if where else Files({}), "dockerfile": Files(files)}
    content = next(iter(files.values()), b"")
    if not buildkit and _HEREDOC.search(content):
        warn(
            "the Dockerfile has a heredoc (RUN <<EOF), of which only BuildKit knows: this builder may run nothing of it"
        )
    return Build(
        engine=engine,
        buildkit=buildkit,
        context=context,
        sources=sources,
        dockerfile=next(iter(files), ""),
        text=content.decode(errors="replace"),
        has_context=where is not None,
        too_new=here.older_than(_HEREDOCS) and b"<<" in content,
        shared_key=shared_key(where, environ=here.environ) if where and sources else "",
        query=query,
        environ=here.environ,
        secrets=given,
        hidden=_hidden(given, query["buildargs"] or {}, where),
    )


def _hidden(secrets: Mapping[str, bytes], arguments: Mapping[str, str | None], where: str | None) -> Hidden:
    """The secrets, the arguments whose names are those of secrets, and passwords in addresses.

    BuildKit's names of steps have the values of arguments in them.
    """
    told = [value for value in arguments.values() if value]
    named = [value for name, value in arguments.items() if value and is_secret_name(name)]
    addresses = [password for text in (*told, where or "") for password in url_passwords(text)]
    return Hidden([*secrets.values(), *(text.encode(errors="surrogatepass") for text in (*named, *addresses))])


def _noticed(session: Session | None) -> DockMagicError | None:
    """What went wrong on this side of a session."""
    error = session.error if session is not None else None
    return None if isinstance(error, ProtocolError) else error


def _uses_buildkit(engine: Engine, wanted: str) -> bool:
    """Whether BuildKit builds: unless told otherwise it is what the engine prefers.

    Engines before API 1.42 do not say it; all that are dockerd have it. Others (podman) have a classic builder.
    """
    with named("--builder"):
        if _BUILDER(wanted) != "auto":
            return wanted == "buildkit"
    headers = engine.head("/_ping")
    version = headers.get("builder-version", "")
    return version == "2" or (not version and headers.get("server", "").startswith("Docker/"))
