"""A peer: ``search_runs`` of MLflow on SQLite, over runs with 5 parameters and 5 metrics, put there at once."""

import random
import sqlite3
import sys

import mlflow
from answering import answer, timed

FLAGS = ("act", "batch", "dropout", "layers", "lr")
SCALARS = ("acc", "loss", "time", "val_acc", "val_loss")
_FIRST = 1_795_350_738_774


def fill(path: str, experiment: str, count: int) -> None:
    """Put runs into the tables that MLflow has made."""
    generator = random.Random(0)
    database = sqlite3.connect(path)
    for number in range(count):
        run, start = f"{generator.getrandbits(128):032x}", _FIRST + number * 1000
        row = (
            run,
            f"run {number}",
            "UNKNOWN",
            "",
            "",
            "user",
            "FINISHED",
            start,
            start + 500,
            "",
            "active",
            "",
            experiment,
        )
        database.execute(f"insert into runs values ({','.join('?' * 13)}, null)", row)
        params = [(name, str(generator.random()), run) for name in FLAGS]
        database.executemany("insert into params values (?, ?, ?)", params)
        metrics = [(name, generator.random(), start, 2, False, run) for name in SCALARS]
        database.executemany("insert into latest_metrics values (?, ?, ?, ?, ?, ?)", metrics)
    database.commit()
    database.close()


if __name__ == "__main__":
    count = int(sys.argv[1])
    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    experiment = mlflow.set_experiment("benchmark").experiment_id
    fill("mlflow.db", experiment, count)
    search = timed(lambda: mlflow.search_runs([experiment], max_results=count))
    answer({"search": search})
