/** The mark of a run: whether dependencies use it, and who has set or taken it away when and why. */

import { useState } from "preact/hooks";
import { Section } from "./answer";
import type { MarkRow, Overview } from "./detail_answers";
import type { DetailModel } from "./detail_model";

export function MarkHistory({ detail, run }: { detail: DetailModel; run: Overview }) {
  return (
    <Section title="Mark">
      <p>
        {run.marked ? <span class="badge use">★ marked</span> : <span class="faint">☆ not marked</span>} <InUse detail={detail} run={run} />
      </p>
      <MarkForm key={String(run.marked)} detail={detail} isMarked={run.marked} />
      {run.marks.length > 0 && (
        <table class="marks" aria-label="History of the mark">
          <thead>
            <tr>
              <th scope="col">when</th>
              <th scope="col">what</th>
              <th scope="col">who</th>
              <th scope="col">why</th>
            </tr>
          </thead>
          <tbody>
            {run.marks.map((entry, place) => (
              <tr key={place} class={entry.undone ? "undone" : ""}>
                <td>{entry.when}</td>
                <td>
                  {entry.marked ? "★ marked" : "☆ unmarked"}
                  {entry.undone && <span class="faint"> taken back {entry.undone}</span>}
                </td>
                <td>{entry.who}</td>
                <td>{whyOf(entry)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Section>
  );
}

function InUse({ detail, run }: { detail: DetailModel; run: Overview }) {
  const { in_use } = run;
  if (in_use === null) return <span class="faint">Dependencies find no run of {run.operation} to use.</span>;
  if (in_use.run === run.id) return <span class="in-use">In use: {in_use.why}</span>;
  return (
    <span>
      Not in use:{" "}
      <button type="button" class="link" aria-label={`Open ${in_use.name}`} onClick={() => detail.follow(in_use.run)}>
        <code>{in_use.name}</code>
      </button>
      , {in_use.why}
    </span>
  );
}

function MarkForm({ detail, isMarked }: { detail: DetailModel; isMarked: boolean }) {
  const [reason, setReason] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    void detail.change({ type: "mark", clear: isMarked, reason: reason.trim() || null });
  };
  return (
    <form class="mark-form" onSubmit={submit}>
      <input type="text" aria-label="reason" placeholder="why (optional)" value={reason} onInput={(event) => setReason(event.currentTarget.value)} />
      <button type="submit">{isMarked ? "Unmark" : "Mark"}</button>
    </form>
  );
}

function whyOf(entry: MarkRow): string {
  return [entry.by === "user" ? "" : `by ${entry.by}`, entry.why].filter(Boolean).join(": ");
}
