/** How much each flag matters for what is searched for, as bars. */

import type { CompareModel } from "./compare_model";
import { BLUE } from "./dots";
import { ObjectivePicker } from "./search_tools";
import type { ImportanceContent } from "../source/runs_source";

/** Before the name of a flag in its key. */
const FLAG = "flag::";

export function ImportanceView({ model }: { model: CompareModel }) {
  const { importance } = model.search.state;
  const why = whyNothing(model);
  return (
    <section class="importance" aria-label="Importance">
      <div class="section-head">
        <h3>Importance</h3>
        <span class="hint">{why === null ? `of flags for ${importance!.objective.name}, by ${countRuns(importance!.count)} that completed` : ""}</span>
        <div class="section-tools">
          <ObjectivePicker model={model} />
        </div>
      </div>
      {why !== null ? <p class="nothing">{why}</p> : <Bars content={nameFlags(model, importance!)} />}
    </section>
  );
}

function Bars({ content }: { content: ImportanceContent }) {
  const greatest = content.flags[0]!.importance || 1;
  return (
    <div class="bars" role="img" aria-label={describeImportance(content)}>
      {content.flags.map(({ name, importance }) => (
        <div key={name} class="bar">
          <span class="bar-name" title={name}>
            {name}
          </span>
          <span class="bar-room">
            <span class="bar-length" style={{ background: BLUE, width: `${(100 * importance) / greatest}%` }} />
            <span class="bar-number">{importance.toFixed(2)}</span>
          </span>
        </div>
      ))}
    </div>
  );
}

/** Return the same with the headings that flags have in the table. */
function nameFlags({ columns }: CompareModel, content: ImportanceContent): ImportanceContent {
  const headings = new Map(columns.flags.map(({ key, heading }) => [key, heading]));
  return { ...content, flags: content.flags.map((each) => ({ ...each, name: headings.get(FLAG + each.name) ?? each.name })) };
}

function whyNothing({ table, search }: CompareModel): string | null {
  const { importance, importanceError } = search.state;
  if (!table.state.shown.length) return "No runs are shown.";
  return importanceError ?? (importance === null ? "rating the flags…" : null);
}

function countRuns(count: number): string {
  return `${count.toLocaleString()} ${count === 1 ? "run" : "runs"}`;
}

/** Return the importances in words. */
export function describeImportance({ objective, flags }: ImportanceContent): string {
  return `Importance of flags for ${objective.name}: ${flags.map(({ name, importance }) => `${name} ${importance.toFixed(2)}`).join(", ")}`;
}
