"""Model metadata of older checkpoint formats -> that of the present one, one step at a time.

Format 1: version 0.1 before committees of different networks. Format 2: every member has a form of
its own, and several simple continuations have weights. Format 3: it is known which data and options
a model was trained with. Format 4: covariates, clipped outliers, values put into periods, and
series of one frequency among several. Format 5: analogues. Format 6: interval widths in units that
tell how far the parts of a committee are apart.
"""

from typing import Any

Metadata = dict[str, Any]

FORMAT_VERSION = 6


def migrate(metadata: Metadata) -> Metadata:
    """The model record in a file's metadata, in the present format.

    Raises:
        KeyError, TypeError: it is not what its format version says.
    """
    record = dict(metadata["model"])
    for version in range(metadata["format_version"], FORMAT_VERSION):
        record = _STEPS[version](record)
    return record


def _from_1_to_2(old: Metadata) -> Metadata:
    network = {**old["network"], "segment_length": None}
    total = sum(member["share"] for member in old["members"])
    members = [
        {
            "form": {
                "representation": {**member["representation"], "deseasonalised": False},
                "context_length": member["context_length"],
                "network": network,
            },
            "epochs": member["epochs"],
            "validation_error": member["validation_error"],
            "test_error": None,
            "weight": (1 - old["simple_weight"]) * member["share"] / total,
        }
        for member in old["members"]
    ]
    backtest = old["training"]["backtest"]
    if backtest is not None:
        # Its simple forecasts were all naive.
        backtest = {**backtest, "best_naive": backtest["best_simple"]}
    kept = {key: value for key, value in old.items() if key != "simple_weight"}
    return {
        **kept,
        "network": network,
        "members": members,
        "simple_weights": {old["simple"]: old["simple_weight"]},
        "training": {**old["training"], "backtest": backtest},
    }


def _from_2_to_3(old: Metadata) -> Metadata:
    return {**old, "training": {**old["training"], "task": None}}


def _from_3_to_4(old: Metadata) -> Metadata:
    members = [
        {**member, "form": {**member["form"], "network": _plain(member["form"]), "inputs": []}}
        for member in old["members"]
    ]
    backtest = old["training"]["backtest"]
    if backtest is not None:
        backtest = {**backtest, "by_target": []}
    return {
        **old,
        "network": _plain(old),
        "members": members,
        "effects": None,
        "covariates": [],
        "aggregate": None,
        "by_frequency": False,
        "missing": "mask",
        "training": {**old["training"], "backtest": backtest, "outliers": "keep"},
    }


def _from_4_to_5(old: Metadata) -> Metadata:
    return {**old, "analogues": None}


def _from_5_to_6(old: Metadata) -> Metadata:
    return {**old, "usual_disagreement": 0.0}


def _plain(holder: Metadata) -> Metadata:
    """The network of a model or a form, without what networks of format 3 did not have."""
    options = {"bidirectional": False, "attention": False}
    return {**holder["network"], **options, "strategy": "direct", "activation": "gelu"}


_STEPS = {
    1: _from_1_to_2,
    2: _from_2_to_3,
    3: _from_3_to_4,
    4: _from_4_to_5,
    5: _from_5_to_6,
}
"""From each format to the next."""
