"""The part of the environment of a run that is recorded: variables that matter for running it again.

All others may be secrets, so only their names are recorded. ``GUILD_IPY_RECORD_ENV`` adds variables: names and
patterns, separated by commas (``DATA_ROOT,RAY_*``). A value with the name or the shape of a secret is never recorded.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from guild_ipy.domain.run_spec import RunSpec
from guild_ipy.domain.secrets import is_secret, is_secret_variable, names_secret

#: The attribute with the names of variables whose values are not recorded.
UNRECORDED = "_unrecorded_env"
_MORE = "GUILD_IPY_RECORD_ENV"
_NAMES = frozenset(
    # the system
    "PATH HOME HOSTNAME LOGNAME USER PWD SHELL TERM TMPDIR TZ LANG LANGUAGE LD_LIBRARY_PATH LD_PRELOAD "
    "SOURCE_DATE_EPOCH MALLOC_ARENA_MAX XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME COLUMNS "
    # Python and its environments
    "VIRTUAL_ENV PYENV_VERSION PYENV_ROOT UV_PYTHON PIXI_PROJECT_ROOT PIXI_ENVIRONMENT_NAME "
    # added by us or by Guild AI
    "PROJECT_DIR CMD_DIR FLAGS_DEST "
    # libraries
    "MPLBACKEND MPLCONFIGDIR KERAS_BACKEND KERAS_HOME HF_HOME HF_HUB_CACHE HF_HUB_OFFLINE HF_DATASETS_CACHE "
    "HF_DATASETS_OFFLINE TRANSFORMERS_CACHE TRANSFORMERS_OFFLINE TOKENIZERS_PARALLELISM JAVA_HOME SPARK_HOME "
    "NVIDIA_VISIBLE_DEVICES NVIDIA_DRIVER_CAPABILITIES NVIDIA_TF32_OVERRIDE GPU_DEVICE_ORDINAL ROCR_VISIBLE_DEVICES "
    # distributed processes
    "RANK LOCAL_RANK GROUP_RANK NODE_RANK WORLD_SIZE LOCAL_WORLD_SIZE MASTER_ADDR MASTER_PORT "
    "PBS_JOBID PBS_JOBNAME PBS_QUEUE PBS_ARRAYID PBS_NODENUM LSB_JOBID LSB_JOBINDEX LSB_JOBNAME JOB_ID "
    "SGE_TASK_ID".split()
)
_BEGINNINGS = tuple(
    "PYTHON LC_ CONDA_ MAMBA_ "
    "CUDA CUBLAS_ CUDNN_ NCCL_ HIP_ MIOPEN_ OMP_ OPENBLAS_ GOTO_ MKL_ KMP_ GOMP_ NUMEXPR_ VECLIB_ BLIS_ NUMBA_ TBB_ "
    "TORCH_ TORCHINDUCTOR_ TORCHDYNAMO_ PYTORCH_ XLA_ JAX_ ATEN_ "
    "TF_CPP_ TF_CUDNN_ TF_DETERMINISTIC_ TF_ENABLE_ TF_FORCE_ TF_GPU_ TF_NUM_ TF_USE_ TF_XLA_ "
    "SLURM_JOB_ SLURM_ARRAY_ SLURM_CPUS_ SLURM_GPUS SLURM_MEM_ SLURM_NTASKS SLURM_NNODES SLURM_NODE SLURM_LOCALID "
    "SLURM_PROCID OMPI_COMM_WORLD_ "
    "GUILD_ RUN_ FLAG_".split()
)


@dataclass(frozen=True, kw_only=True)
class RecordedEnv:
    """A recorded environment."""

    values: Mapping[str, str]
    other_names: tuple[str, ...]
    """Names of variables whose values are not recorded."""


def recorded_env(env: Mapping[str, str], declared: Iterable[str] = (), secrets: Collection[str] = ()) -> RecordedEnv:
    """Return what is recorded of an environment.

    Parameters
    ----------
    env
        The environment of a run.
    declared
        Names of variables that the operation sets, which are recorded.
    secrets
        Names of variables that the operation calls secret.
    """
    more = tuple(pattern.strip() for pattern in env.get(_MORE, "").split(",") if pattern.strip())
    named = frozenset(declared)
    values = {
        name: value
        for name, value in env.items()
        if name not in secrets
        and (name in _NAMES or not names_secret(name))
        and (name in named or _matters(name, more))
        and not is_secret(value)
    }
    return RecordedEnv(values=values, other_names=tuple(sorted(env.keys() - values.keys())))


def secret_names(spec: RunSpec) -> tuple[str, ...]:
    """Return the names of variables that an operation sets to a secret, whose values are never written to disk."""
    called_secret = spec.command.env_secrets if spec.command else ()
    return tuple(
        name for name, value in spec.command_env.items() if name in called_secret or is_secret_variable(name, value)
    )


def _matters(name: str, more: tuple[str, ...]) -> bool:
    return name in _NAMES or name.startswith(_BEGINNINGS) or any(fnmatchcase(name, pattern) for pattern in more)
