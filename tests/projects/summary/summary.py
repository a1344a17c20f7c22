"""Choose the best of the runs beside this script, by what guild-runs.json says, and look into it."""

import json
import pathlib

runs = json.loads(pathlib.Path("guild-runs.json").read_text())
print(f"runs: {len(runs)}")
best = max(runs, key=lambda run: run["scalars"]["score"])
print(f"best: {best['id'][:8]} with x={best['flags']['x']}")
print(f"best_score: {best['scalars']['score']}")
pathlib.Path("chosen.txt").write_text((pathlib.Path(best["dir"]) / "model.txt").read_text())
