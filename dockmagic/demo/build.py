"""A build as the classic builder tells it: the Dockerfile's steps are played, and images come of them."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Any, NoReturn

from dockmagic.demo.build_copy import Copied, from_context, from_image
from dockmagic.demo.build_failure import BuildFailed
from dockmagic.demo.build_steps import changed_config, created_by, expanded
from dockmagic.demo.dockerfile import Instruction, as_words, parse_dockerfile, up_to_target
from dockmagic.demo.identities import digest_of, number_of
from dockmagic.demo.images import Image, Layer
from dockmagic.demo.problems import Problem
from dockmagic.demo.programs import program
from dockmagic.demo.pull import download
from dockmagic.demo.references import parse_reference
from dockmagic.demo.registry import fetch
from dockmagic.demo.steps import Machine, Wait

if TYPE_CHECKING:
    from collections.abc import Generator

    from dockmagic.demo.build_context import Context
    from dockmagic.demo.build_options import BuildOptions
    from dockmagic.demo.pull import Told
    from dockmagic.demo.world import World

__all__ = ["build"]

_LONGEST_RUN = 60.0
_LINES = 2000


def build(world: World, context: Context, options: BuildOptions) -> Told:
    """Check the Dockerfile at once (raises Problem), then tell the steps; an error in one ends the stream."""
    if context.dockerfile is None:
        raise Problem(500, f"Cannot locate specified Dockerfile: {options.dockerfile}")
    instructions = parse_dockerfile(context.dockerfile, options.dockerfile)
    if options.target:
        instructions = up_to_target(instructions, options.target)
    if options.labels:
        labels = " ".join(f"{shlex.quote(key)}={shlex.quote(value)}" for key, value in sorted(options.labels.items()))
        instructions = [*instructions, Instruction(0, "LABEL", {}, labels)]
    return _Build(world, context, options, instructions).told()


class _Build:
    """One build on its way: the image so far, the stages that are done, and the arguments."""

    def __init__(self, world: World, context: Context, options: BuildOptions, instructions: list[Instruction]) -> None:
        self.world, self.context, self.options, self.instructions = world, context, options, instructions
        self.image: Image | None = None
        self.stages: list[tuple[str, str]] = []  # name and image of each stage that is done
        self.args: dict[str, str] = {}
        self.before_from: dict[str, str] = {}
        self.cached = not options.no_cache
        self.stage = ""
        self.files: set[str] = set()  # what the step at hand has put somewhere

    def told(self) -> Told:
        """The messages."""
        try:
            for delay, message in self._steps():
                if not self.options.quiet:
                    yield delay, message
            yield from self._end()
        except BuildFailed as failed:
            yield 0.0, failed.as_json()

    def _steps(self) -> Told:
        for number, instruction in enumerate(self.instructions, start=1):
            yield 0.0, {"stream": f"Step {number}/{len(self.instructions)} : {instruction}"}
            yield 0.0, {"stream": "\n"}
            if instruction.word == "FROM":
                yield from self._from(instruction)
                continue
            if self.image is None:
                name, _, value = instruction.rest.partition("=")
                self.before_from[name] = self.options.args.get(name, value)
                continue
            yield from self._step(instruction)
        if not self._current.id:
            raise BuildFailed("No image was generated. Is your Dockerfile empty?")
        yield 0.0, self._aux()

    def _from(self, instruction: Instruction) -> Told:
        if self.image is not None:
            yield 0.0, self._aux()
            self.stages.append((self.stage, self.image.id))
        words = expanded(instruction.rest, self.before_from).split()
        self.stage = words[2].lower() if len(words) > 1 else ""
        self.args, self.cached = {}, not self.options.no_cache
        earlier = dict(self.stages).get(words[0].lower())
        if earlier is not None:
            self.image = self.world.images.by_id[earlier]
        elif words[0] == "scratch":
            self.image = Image("", self.world.timeline.now, (), {"Env": None})
            yield 0.0, {"stream": " ---> \n"}
            return
        else:
            yield from self._base(words[0])
        yield 0.0, self._arrow()

    def _base(self, name: str) -> Told:
        try:
            self.image = None if self.options.pull else self.world.images.find(name)
        except Problem as problem:
            if problem.status != 404:  # noqa: PLR2004 - a name that is none; any other is looked for in the registry
                raise BuildFailed(problem.message) from problem
            self.image = None
        if self.image is None:
            try:
                reference = parse_reference(name)
                fetched = fetch(self.world, reference)
            except Problem as problem:
                raise BuildFailed(problem.message) from problem
            yield from download(self.world, reference, fetched)
            self.image = self.world.images.by_id[fetched.id]

    def _step(self, instruction: Instruction) -> Told:
        image = self._current
        variables = {**self.args, **dict(each.partition("=")[::2] for each in image.config.get("Env") or [])}
        if instruction.word == "ARG":
            name, _, value = instruction.rest.partition("=")
            given = self.options.args.get(name, self.before_from.get(name, expanded(value, variables)))
            self.args[name] = given.strip("\"'")
        size, digest, files = self._copied(instruction, variables)
        self.files = set(files)
        made_by = created_by(instruction, self.args, digest)
        hit = self.world.build_cache.get((image.id, made_by)) if self.cached else None
        if hit in self.world.images.by_id:
            self.image = self.world.images.by_id[hit or ""]
            yield 0.0, {"stream": " ---> Using cache\n"}
            yield 0.0, self._arrow()
            return
        self.cached = False
        if instruction.word in {"COPY", "ADD"}:
            yield 0.05, self._made(image, instruction, made_by, size, variables)
            return
        container = self.world.identities.digest()[:12]
        yield 0.02, {"stream": f" ---> Running in {container}\n"}
        rest = 0.0
        if instruction.word == "RUN":
            machine, rest = yield from self._run(instruction, variables)
            size = sum(machine.written.values())
            size += 1000 * number_of("run", made_by, below=9_000) if machine.guessed else 0
        yield rest + 0.02, {"stream": f" ---> Removed intermediate container {container}\n"}
        yield 0.0, self._made(image, instruction, made_by, size, variables)

    def _copied(self, instruction: Instruction, variables: dict[str, str]) -> Copied:
        """What COPY or ADD takes; nothing for the other instructions."""
        if instruction.word not in {"COPY", "ADD"}:
            return Copied(0, "", frozenset())
        paths = as_words(instruction.rest) or expanded(instruction.rest, variables).split()
        source = instruction.flags.get("from")
        if source is None:
            return from_context(self.context, instruction.word, paths, self._workdir)
        stages = {name: identity for name, identity in self.stages if name}
        stages |= {str(number): identity for number, (_, identity) in enumerate(self.stages)}
        try:
            image = self.world.images.find(stages.get(source.lower(), source))
        except Problem as problem:
            raise BuildFailed(f"invalid from flag value {source}: {problem.message}") from problem
        return from_image(image, paths, self._workdir)

    def _run(
        self, instruction: Instruction, variables: dict[str, str]
    ) -> Generator[tuple[float, dict[str, Any]], None, tuple[Machine, float]]:
        """Play the command; the machine that it leaves, and seconds that are left. A code other than 0 ends all."""
        argv = as_words(instruction.rest) or ["/bin/sh", "-c", instruction.rest]
        image = self._current
        machine = Machine(env=dict(variables), workdir=self._workdir, release=image.release, files=set(image.files))
        machine.now, self.files = self.world.timeline.now, machine.files
        steps, waited, lines, delay = program(argv, machine).steps, 0.0, 0, 0.3
        while waited <= _LONGEST_RUN and lines < _LINES:
            try:
                step = next(steps)
            except StopIteration as end:
                if end.value:
                    command = " ".join(argv)
                    raise BuildFailed(
                        f"The command '{command}' returned a non-zero code: {end.value}", end.value
                    ) from end
                return machine, delay
            if isinstance(step, Wait):
                waited += step.seconds
                delay += min(step.seconds, _LONGEST_RUN)
            else:
                yield delay, {"stream": step.text}
                lines, delay = lines + 1, 0.0
        self._never_ends(argv)

    def _never_ends(self, argv: list[str]) -> NoReturn:
        raise BuildFailed(f"the demo engine ended the command '{' '.join(argv)}': it would run on")

    def _made(
        self, image: Image, instruction: Instruction, made_by: str, size: int, variables: dict[str, str]
    ) -> dict[str, Any]:
        """Keep the image that a step makes; the message that names it."""
        now = self.world.timeline.now
        identity = "sha256:" + digest_of("built", image.id, made_by, now)
        layers = image.layers
        if size or instruction.word in {"COPY", "ADD", "RUN"}:
            layers = (*layers, Layer("sha256:" + digest_of("layer", image.id, made_by, size), size))
        config = changed_config(instruction, image.config, variables)
        history = (*image.history, (now, made_by, size, identity))
        made = Image(identity, now, layers, config, history, parent=image.id, release=image.release)
        made.files = image.files | self.files
        self.image = self.world.images.add(made)
        self.world.build_cache[image.id, made_by] = identity
        return self._arrow()

    def _end(self) -> Told:
        image = self._current
        if self.options.quiet:
            yield 0.0, {"stream": f"{image.id}\n"}
        else:
            yield 0.0, {"stream": f"Successfully built {image.short}\n"}
        for tag in self.options.tags:
            self.world.images.tag(image, tag)
            if not self.options.quiet:
                yield 0.0, {"stream": f"Successfully tagged {tag}\n"}

    @property
    def _workdir(self) -> str:
        return self._current.config.get("WorkingDir") or "/"

    @property
    def _current(self) -> Image:
        assert self.image is not None  # noqa: S101 - a Dockerfile begins with FROM
        return self.image

    def _arrow(self) -> dict[str, Any]:
        return {"stream": f" ---> {self._current.short}\n"}

    def _aux(self) -> dict[str, Any]:
        return {"aux": {"ID": self._current.id}}
