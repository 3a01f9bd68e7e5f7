"""Calling the command `unlearn` from experiments."""

import hashlib
import json
import pathlib
import re
import shlex
import subprocess

RECORDS = pathlib.Path(__file__).resolve().parent / "records"


class Command:
    """Calls of the command; files are under `work`, data sets under `data`."""

    def __init__(self, words, data, work):
        self.words, self.data, self.work = shlex.split(words), data, work

    def __call__(self, *words, may_fail=False):
        """The object that the command prints with --json. With `may_fail`, exit 1 is an answer too."""
        words = [str(word) for word in words]
        done = subprocess.run([*self.words, *words, "--json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if done.returncode != 0 and not (may_fail and done.returncode == 1):
            raise SystemExit(f"unlearn {shlex.join(words)}: exit {done.returncode}\n{done.stderr}")
        return json.loads(done.stdout)

    def train(self, name, words):
        """A trained model with its record and its codes, made unless one by the same command and recipe is there.

        The program's own code is not in the name: who changes it takes another folder."""
        recipe = json.dumps([self.words, shlex.split(words)])
        name = f"{name}-{hashlib.sha256(recipe.encode()).hexdigest()[:12]}"
        model, codes = self.work / f"{name}.safetensors", self.work / f"{name}-codes.safetensors"
        record = self.work / f"{name}.json"
        if not record.exists() or not model.exists() or not record.read_text().strip():
            words = shlex.split(words.replace("DATA", str(self.data)))
            trained = self("train", *words, "--out", model, "--codes", codes, "--overwrite")
            record.write_text(json.dumps(trained))
        return model, codes, json.loads(record.read_text())


def arguments(parser):
    """The options that every experiment has."""
    parser.add_argument("--data", type=pathlib.Path, required=True, help="folder with mnist/, fashion-mnist/, cifar10/, orl_faces/")
    parser.add_argument("--work", type=pathlib.Path, required=True, help="models are kept here, and used if they are there")
    parser.add_argument("--command", default="cargo run --quiet --", help="how to call the command")
    return parser


def write(name, record):
    """Writes a record and says where."""
    path = RECORDS / f"{name}.json"
    text = json.dumps({"schema": 1, **record}, indent=1)
    # One line for what holds nothing but numbers and words.
    text = re.sub(r"[\[{][^\[\]{}]*[\]}]", lambda part: " ".join(part[0].split()), text)
    path.write_text(text + "\n")
    print(path)
