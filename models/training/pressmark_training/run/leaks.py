"""How much text of the dev parts also stands in training: `python -m pressmark_training.run.leaks`.

A dev item leaks where it shares a run of 13 words with a training item of the same task, or a whole sentence of at
least five. Words are compared in lower case, without punctuation. Training leaves out what leaks
(`Prints` of the dev parts in `training_sets`); the program shows what is left, which should be nothing.
"""

import argparse
from collections import Counter, defaultdict
from pathlib import Path

from ..data.items import Item
from ..data.prints import Prints, prints
from ..data.readers import training_sets
from .dev import all_parts
from .log import log


def topic(item: Item) -> str:
    """What a pair is about, in lower case."""
    return " ".join(w for s in item.texts[0] for w in s.words).lower()


def teaches(task: str, taught: tuple[str, ...]) -> bool:
    """Whether a set that teaches these has a part in the task."""
    return any(t.partition(".")[0] == task for t in taught)


def report(sets: dict, parts: dict[str, dict[str, list[Item]]]) -> list[tuple[str, str, int, int, str]]:
    """Task, dev part, items, how many leak, and from which sets."""
    out = []
    for task, by_part in parts.items():
        where: dict[int, set[str]] = defaultdict(set)
        wanted = {p for items in by_part.values() for i in items for p in prints(i)}
        for name, (data_set, items) in sets.items():
            if teaches(task, data_set.teaches):
                for item in items:
                    for p in prints(item):
                        if p in wanted:
                            where[p].add(name)
        for part, items in by_part.items():
            sources: Counter[str] = Counter()
            leaking = 0
            for item in items:
                found = {name for p in prints(item) for name in where.get(p, ())}
                leaking += bool(found)
                sources.update(found)
            out.append((task, part, len(items), leaking, ", ".join(f"{k} {v}" for k, v in sources.most_common())))
    return out


def topics(sets: dict, parts: dict[str, list[Item]]) -> list[tuple[str, int, int]]:
    """Stance: dev part, items, and how many have a target that training asks about too."""
    known = {topic(i) for s, items in sets.values() if "stance" in s.teaches for i in items if i.pair}
    return [(part, len(items), sum(topic(i) in known for i in items)) for part, items in parts.items()]


def main(argv: list[str] | None = None) -> None:
    """Prints the table, of the sets as published or as training takes them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--with-research-sets", action="store_true")
    parser.add_argument("--as-published", action="store_true", help="before anything is left out")
    args = parser.parse_args(argv)
    languages = ("en", "fr")
    parts = all_parts(args.data, languages, args.with_research_sets)
    held = None if args.as_published else Prints(i for by in parts.values() for items in by.values() for i in items)
    sets = training_sets(args.data, args.with_research_sets, languages, held=held)
    log("task, dev part, items, leaking, from")
    for row in report(sets, parts):
        log("  ".join(str(x) for x in row))
    for row in topics(sets, parts["stance"]):
        log(f"stance  {row[0]}  {row[1]} items, {row[2]} with a target that training asks about")


if __name__ == "__main__":
    main()
