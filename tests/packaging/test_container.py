"""What can be seen of the container without building it: where things come from, and who runs."""

from __future__ import annotations

import re
from pathlib import Path

from bot.cli import build_parser

ROOT = Path(__file__).parents[2]
PACKAGING = ROOT / "packaging"
DOCKERFILE = re.sub(r"\\\n\s*", "", (PACKAGING / "Dockerfile").read_text("utf-8"))
COMPOSE, COMPOSE_POSTGRES = (
    (PACKAGING / name).read_text("utf-8") for name in ("compose.yaml", "compose.postgres.yaml")
)
IMAGES = [
    *re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE),
    *re.findall(r"image: (\S+)", COMPOSE + COMPOSE_POSTGRES),
]


def of_last_stage(instruction: str) -> list[str]:
    last = DOCKERFILE.rpartition("\nFROM ")[2]
    return re.findall(rf"^{instruction} (.*)$", last, re.MULTILINE)


def words(instruction: str) -> list[str]:
    """Return the words of the last such instruction in its JSON form."""
    return re.findall(r'"([^"]*)"', of_last_stage(instruction)[-1])


def test_everything_that_is_copied_is_there_and_is_let_through() -> None:
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    kept = (PACKAGING / "Dockerfile.dockerignore").read_text("utf-8").splitlines()

    assert copied
    assert [each for each in copied if not (ROOT / each).exists()] == []
    assert sorted(f"!{each}" for each in copied) == sorted(line for line in kept if line.startswith("!"))
    assert "*" in kept


def test_every_package_of_the_project_is_copied() -> None:
    packages = re.findall(
        r'"(\w+)"', re.findall(r"packages = \[(\"bot\".*)\]", (ROOT / "pyproject.toml").read_text("utf-8"))[0]
    )

    assert [each for each in packages if f"\nCOPY {each} {each}\n" not in DOCKERFILE] == []


def test_no_image_is_whatever_is_newest() -> None:
    assert IMAGES
    assert [each for each in IMAGES if ":" not in each or each.endswith(":latest")] == []


def test_the_python_in_the_container_is_one_that_is_promised() -> None:
    promised = re.findall(r"Python :: (3\.\d+)", (ROOT / "pyproject.toml").read_text("utf-8"))
    used = set(re.findall(r"^FROM python:(3\.\d+)-slim", DOCKERFILE, re.MULTILINE))

    assert len(used) == 1
    assert used <= set(promised)


def test_packages_are_installed_by_their_hashes_alone() -> None:
    installs = re.findall(r"pip\S* (?:--python \S+ )?install [^&\n]*", DOCKERFILE)

    assert len(installs) == 3
    assert [each for each in installs if "--require-hashes" not in each and "--no-deps" not in each] == []


def test_the_bot_is_no_root_and_can_write_to_its_volume_alone() -> None:
    assert of_last_stage("USER") == ["10001"]
    assert of_last_stage("VOLUME") == of_last_stage("WORKDIR") == ["/data"]
    assert "data:/data" in COMPOSE
    for wanted in ("read_only: true", "- ALL", "- no-new-privileges:true", "- /tmp"):
        assert wanted in COMPOSE
        assert wanted in COMPOSE_POSTGRES


def test_what_the_container_calls_are_calls_of_the_command_line() -> None:
    parser = build_parser()
    (program,) = words("ENTRYPOINT")
    health = words("HEALTHCHECK")

    assert program == health[0] == "bystander"
    assert parser.parse_args(health[1:]).call == "healthy"
    run = parser.parse_args(words("CMD"))
    assert (run.call, run.config, run.env_file) == ("run", "config.toml", "bystander.env")
