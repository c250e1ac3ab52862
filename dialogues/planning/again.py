"""Makes the counts of a plan again with the solver: what the check without one takes as told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from dialogues.planning.certificate import rules_from_json
from dialogues.planning.engine import plan
from dialogues.planning.replan import replan
from dialogues.planning.units import Block, Unit, all_blocks
from dialogues.planning.verify import Flaw, Wrong


def require_counts_again(
    units: Iterable[Unit], certificate: Mapping[str, Any], previous: Mapping[str, Block] | None = None
) -> None:
    """Raise Wrong unless the engine gives these very counts for the certificate's seed and rules.

    For a certificate that `verify` has found to hold. Other versions than those it was made with may give
    other counts that are as even: the fault names them.
    """
    years, batches, seed = certificate["years"], certificate["batches"], certificate["seed"]
    rules = rules_from_json(certificate["rules"])
    if previous is None:
        made = plan(units, years=years, batches=batches, seed=seed, rules=rules)
    else:
        sent = [block for block in all_blocks(years, batches) if str(block) in certificate["sent"]]
        made = replan(units, previous, years=years, batches=batches, seed=seed, rules=rules, sent=sent)
    if made.certificate["groups"] != certificate["groups"]:
        versions = sorted(certificate["versions"].items())
        raise Wrong(Flaw.AGAIN, ", ".join(f"{name} {version}" for name, version in versions))
