"""A peer: a run of MLflow on SQLite with three parameters and three metrics, logged by one call each."""

import mlflow
from answering import answer, timed


def log_run() -> None:
    """Log what the trivial operation takes and reports."""
    with mlflow.start_run():
        mlflow.log_params({"lr": 0.1, "layers": 3, "name": "small"})
        mlflow.log_metrics({"loss": 0.1, "accuracy": 0.9, "size": 3.0})


if __name__ == "__main__":
    mlflow.set_tracking_uri("sqlite:///mlflow.db")
    mlflow.set_experiment("benchmark")
    answer({"trivial": timed(log_run)})
