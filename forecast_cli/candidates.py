"""Window plan and effort -> the forms that are tried, and how long each is trained."""

from dataclasses import dataclass, replace

import numpy as np

from forecast_cli.committee import Form
from forecast_cli.config import NetworkConfig, Settings, TrainConfig
from forecast_cli.defaults import WindowPlan
from forecast_cli.inputs import Input
from forecast_cli.representation import Representation

_LONGEST_BY_STEP = 48
"""Longer contexts are always read in segments: step by step they cost more than they bring."""

_LONGEST_FOR_FEW_UNITS = 128
_MANY_UNITS = 128
"""Networks that read longer contexts have so many units a layer, if nothing else is asked for."""

_LONGEST_SEGMENT = 24
_FEWEST_STEPS = 2

_MEMBERS = {"fast": 2, "normal": 6, "best": 18}
_PASSES = {"fast": 2, "normal": 4, "best": 6}
"""How often a window is seen on average, where that lies between the epochs below."""


@dataclass(frozen=True, kw_only=True)
class _Way:
    """A way to see a window; `base` None is the best naive continuation of the data."""

    log: bool
    base: str | None
    deseasonalised: bool = False
    in_segments: bool = False


_WITHOUT_SEASON = (
    _Way(log=False, base="naive"),
    _Way(log=True, base="naive"),
    _Way(log=False, base="naive", in_segments=True),
    _Way(log=True, base="naive", in_segments=True),
    _Way(log=False, base=None, in_segments=True),
    _Way(log=True, base=None),
)
_WITH_SEASON = (
    _Way(log=False, base="seasonal-naive"),
    _Way(log=True, base="naive", deseasonalised=True),
    _Way(log=False, base="naive", deseasonalised=True, in_segments=True),
    _Way(log=True, base="seasonal-naive", in_segments=True),
    _Way(log=False, base="seasonal-naive", in_segments=True),
    _Way(log=True, base="naive", deseasonalised=True, in_segments=True),
)

_FEWEST_EPOCHS = 6
_MOST_EPOCHS = {"fast": 10, "normal": 25, "best": 40}


def candidate_forms(
    plan: WindowPlan,
    settings: Settings,
    *,
    base: str,
    positive: bool,
    inputs: tuple[Input, ...] = (),
) -> list[Form]:
    """The forms to train, the most different ones first.

    They differ in scale (levels, and logs where all values are `positive`), in what they correct
    (the last value or season, and `base`, the best naive continuation), in whether the season is
    taken out before, in whether they read few steps one by one or many in segments, and in whether
    they have the `inputs`. Where more are asked for than there are, a form comes again, with
    another seed.
    """
    forms = []
    for way in _WITHOUT_SEASON if plan.season_length == 1 else _WITH_SEASON:
        representation = Representation(
            log=way.log and positive,
            base=way.base or base,
            season_length=plan.season_length,
            deseasonalised=way.deseasonalised,
        )
        forms.append(_form(representation, plan, settings.network, in_segments=way.in_segments))
    ordered = _different_first(forms)
    config = settings.optimisation
    count = _MEMBERS[config.effort]
    if inputs:
        ordered = _with_inputs(ordered, inputs, count)
        count = len(ordered)
    if config.members is not None:
        count = config.members
    return [ordered[number % len(ordered)] for number in range(count)]


def _with_inputs(forms: list[Form], inputs: tuple[Input, ...], count: int) -> list[Form]:
    """So many forms that see covariates, and some that do not: validation says whether they help.

    What was not asked for, the calendar, is seen by every second form. What was is seen by all,
    and half of them come without it as well.
    """
    blind = [forms[number % len(forms)] for number in range(count)]
    seeing = [replace(form, inputs=inputs) for form in blind]
    if all(entry.role == "calendar" for entry in inputs):
        return [(blind, seeing)[number % 2][number] for number in range(count)]
    half = count // 2
    pairs = zip(seeing, blind[:half], strict=False)
    return [form for pair in pairs for form in pair] + seeing[half:]


def _different_first(forms: list[Form]) -> list[Form]:
    """Every form once, in their order, and then those that came before already."""
    different = dict.fromkeys(forms)
    again = [form for number, form in enumerate(forms) if form in forms[:number]]
    return [*different, *again]


def choose_epochs(n_windows: int, config: TrainConfig) -> int:
    """The epochs to train for: so many that each window is seen some times, within bounds.

    >>> choose_epochs(7_000, TrainConfig()), choose_epochs(10**6, TrainConfig())
    (8, 25)
    """
    if config.epochs is not None:
        return config.epochs
    per_epoch = config.steps_per_epoch * config.batch_size
    wanted = -(-_PASSES[config.effort] * n_windows // per_epoch)
    return int(np.clip(wanted, _FEWEST_EPOCHS, _MOST_EPOCHS[config.effort]))


def seed_of(number: int, config: TrainConfig) -> int:
    """The seed of a member: members of one committee must not take the same chances."""
    return int(np.random.SeedSequence((config.seed, number)).generate_state(1)[0])


def _form(
    representation: Representation, plan: WindowPlan, network: NetworkConfig, *, in_segments: bool
) -> Form:
    context = plan.long_context_length if in_segments else plan.context_length
    asked = network.segment_length
    if asked is None:
        # A short context has too few segments to learn from them.
        segmented = context > plan.context_length or context > _LONGEST_BY_STEP
        asked = min(_segment_length(plan), context) if segmented else 1
    units = network.units
    if network.hidden_size is None and context > _LONGEST_FOR_FEW_UNITS:
        units = _MANY_UNITS
    return Form(
        representation=representation,
        context_length=context,
        network=replace(network, segment_length=asked, hidden_size=units),
    )


def _segment_length(plan: WindowPlan) -> int:
    """A season, or a horizon where there is none."""
    natural = plan.season_length if plan.season_length > 1 else plan.horizon
    return int(np.clip(natural, _FEWEST_STEPS, _LONGEST_SEGMENT))
