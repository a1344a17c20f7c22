"""The words by which a metric is known, and the name that a printed metric gets.

A line of a run's output is read beyond what Guild AI reads only if a word in it is that of a metric, or if it says at
which step it was printed: ``width=640 height=480`` is a line of items, too.
"""

from __future__ import annotations

import re
from functools import lru_cache

_METRICS = frozenset(
    "loss logloss nll ce bce mlm kl kld elbo likelihood loglik ll perplexity ppl bpc bpd deviance "
    "acc accuracy top1 top5 err error merror cer wer eer "
    "mse rmse mae mape smape rmsle msle r2 r² "
    "auc auroc auprc aucpr roc ap map mrr ndcg dcg recall precision f1 f2 fscore fbeta specificity sensitivity "
    "iou miou giou dice jaccard mcc kappa brier gini "
    "bleu rouge rouge1 rouge2 rougel meteor cider chrf bertscore psnr ssim lpips fid "
    "reward rew return score fitness objective regret cost energy inertia silhouette distortion residual "
    "correlation corr pearson spearman winrate elo".split()
)
_ENDINGS = ("loss", "accuracy", "entropy", "error", "score")
#: Words of names that stand beside metrics: they do not make a line one of metrics.
_COMPANIONS = frozenset(
    "lr learning rate norm grad gradient weight decay momentum time elapsed duration speed throughput fps mem memory "
    "gpu samples tokens total best train training val valid validation test eval dev avg average mean std var min max "
    "running final current batch epoch step data mfu variance".split()
)
#: A name that has one of these is a sentence.
_PROSE = frozenset(
    "a an the is was were are be of with for in at to from by and or not no has have had been this that these it we "
    "you i after before until than as so now too will code status center number count version".split()
)
#: Names of what is not worth a curve: the number of a version, and the time that is left.
_IGNORED = frozenset({"v_num", "eta"})
_WORD = re.compile(r"[A-Z]+(?![a-z])[\d²]*|[A-Z]?[a-z]+[\d²]*|[^\W\d_]+")
_EXCEPTION = re.compile(r"[a-z]Error\b")
_POSSESSIVE = re.compile(r"'s?\b")
_MOST_WORDS = 4


@lru_cache(maxsize=1024)
def is_metric(name: str) -> bool:
    """Whether a name is that of a metric.

    Examples
    --------
    >>> [name for name in ("val_loss", "trainAcc", "valid_0's auc", "mAP50", "port", "losses") if is_metric(name)]
    ['val_loss', 'trainAcc', "valid_0's auc", 'mAP50']
    """
    return not _EXCEPTION.search(name) and any(word in _METRICS or word.endswith(_ENDINGS) for word in _words(name))


@lru_cache(maxsize=1024)
def is_name(words: str) -> bool:
    """Whether words can be the name of a scalar: one word, or a few of which one is usual in such names.

    Examples
    --------
    >>> [is_name(words) for words in ("lr", "test accuracy", "Python version", "the loss", "loss")]
    [True, True, False, False, True]
    """
    several = words.lower().split()
    if len(several) > _MOST_WORDS or not _PROSE.isdisjoint(several):
        return False
    return len(several) == 1 or is_metric(words) or is_companion(words)


@lru_cache(maxsize=1024)
def is_companion(name: str) -> bool:
    """Whether a name is one that often stands beside metrics, such as ``lr``."""
    return not _COMPANIONS.isdisjoint(_words(name))


@lru_cache(maxsize=1024)
def scalar_name(words: str, split: str = "") -> str:
    """Return the name of a scalar as selections and columns can have it: words are joined by ``_``.

    Examples
    --------
    >>> scalar_name("test accuracy"), scalar_name("valid_0's auc"), scalar_name("loss", split="val")
    ('test_accuracy', 'valid_0_auc', 'val_loss')
    """
    name = "_".join(word.rstrip(".") for word in _POSSESSIVE.sub("", words).split())
    return f"{split}_{name}" if split else name


def is_ignored(name: str) -> bool:
    """Whether a number of this name is not recorded."""
    return name.lower() in _IGNORED


def _words(name: str) -> set[str]:
    """Return the words of a name, lower case: those between signs, and those of ``camelCase``."""
    found = {*re.split(r"[^\w²]+|_", name.lower()), *(word.lower() for word in _WORD.findall(name))}
    return found | {word.rstrip("0123456789") for word in found}
