/** What the pictures of a search share: by what runs are compared, why there is nothing, and one run in words. */

import type { CompareModel } from "./compare_model";
import { shortNumber, type Trials } from "./trials";

/** A menu of what runs are compared by, where that can be chosen. */
export function ObjectivePicker({ model }: { model: CompareModel }) {
  const { answered } = model.search.state;
  if (answered === null || (answered.isDeclared && answered.objectives.length < 2)) return null;
  const names = answered.isDeclared ? answered.objectives.map(({ name }) => name) : model.columns.scalars;
  const chosen = answered.isDeclared ? model.search.trials?.objective.name : model.end?.heading;
  const choose = (name: string) => (answered.isDeclared ? model.search.chooseObjective(name) : model.chooseEnd(name));
  return (
    <label>
      by
      <select value={chosen ?? ""} onChange={(event) => choose(event.currentTarget.value)}>
        {names.map((name) => (
          <option key={name} value={name}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

/** Say why there is no picture; null where there is one. */
export function whyNoTrials({ table, search }: CompareModel): string | null {
  const { answered, error } = search.state;
  if (!table.state.shown.length) return "No runs are shown.";
  if (error !== null) return error;
  if (answered === null) return "reading the runs…";
  if (!answered.objectives.length) return "These runs have reported no scalars.";
  return search.trials!.rated.length ? null : `None of these runs has completed with a number for ${search.trials!.objective.name}.`;
}

/** Return a trial in words: `3f2a1b4c lr=0.1: trial 17, loss 0.031, pruned`. */
export function describeTrial(model: CompareModel, { batch, objective, all }: Trials, run: string): string {
  const trial = all.find((each) => each.run === run);
  if (trial === undefined) return model.captionOf(run);
  const number = Number.isNaN(trial.value) ? [] : [`${objective.name} ${shortNumber(trial.value)}`];
  const end = trial.end === "completed" ? [] : [trial.end ?? "not ended"];
  return `${model.captionOf(run)}: ${[`${batch === null ? "run" : "trial"} ${trial.number}`, ...number, ...end].join(", ")}`;
}

/** Return `min loss, the least is the best`. */
export function describeObjective({ objective }: Trials): string {
  return `${objective.name}, the ${objective.greatest ? "greatest" : "least"} is the best`;
}
