/** A run that goes: what it is doing, a button that stops it, and its curves. */

import { DetailPanel } from "../detail/detail_panel";
import { useChanges } from "../use_redraw";
import { CurveChart } from "./curve_chart";
import type { LiveRun } from "./live_run";

export function RunView({ run }: { run: LiveRun }) {
  useChanges(run);
  const { head, curves, detail, lost } = run.state;
  return (
    <section class={`live-run ${lost === null ? head.look : "lost"}`} aria-label={`Run ${run.name} of ${head.operation}`}>
      <HeadLine run={run} />
      {head.error && <div class="run-error">{head.error}</div>}
      {head.details.map((line) => (
        <div key={line} class="run-detail">
          {line}
        </div>
      ))}
      <Note run={run} />
      {curves.length > 0 && (
        <div class="run-charts">
          {curves.map((curve) => (
            <CurveChart key={curve.name} curve={curve} />
          ))}
          {head.more > 0 && <span class="run-more">and {head.more} more scalars</span>}
        </div>
      )}
      {detail !== null && <DetailPanel key={detail.name} model={detail.table} name={detail.name} />}
    </section>
  );
}

function HeadLine({ run }: { run: LiveRun }) {
  const { head, isStopping, lost, detail } = run.state;
  return (
    <div class="run-head">
      <div class="run-line">
        {head.look !== "going" ? <span class="sign">{head.sign}</span> : lost === null && <Spinner />}
        <b>{head.operation}</b>
        <code>{run.name}</code>
        <span class="state">{isStopping && head.look === "going" ? `${head.state}, stopping` : head.state}</span>
        {head.flags.map(([name, value]) => (
          <span key={name} class="run-flag" title={`${name}=${value}`}>
            <span class="name">{name}=</span>
            {value}
          </span>
        ))}
        <span class="name">{head.left}</span>
      </div>
      <span class="buttons">
        <button type="button" disabled={lost !== null} aria-expanded={detail !== null} onClick={() => void run.toggleDetail()}>
          Detail
        </button>
        {head.look === "going" && (
          <button type="button" class="danger" disabled={isStopping || lost !== null} onClick={() => void run.stop()}>
            Stop
          </button>
        )}
      </span>
    </div>
  );
}

/** What a click has to wait for, or why it did nothing. */
function Note({ run }: { run: LiveRun }) {
  const { head, error, isWaiting, lost } = run.state;
  return (
    <div class={error || lost ? "run-note failed" : "run-note"} role="status" aria-live="polite">
      {lost ?? error ?? (isWaiting ? describeWaiting(head.interruptible) : "")}
    </div>
  );
}

function describeWaiting(isInterruptible: boolean): string {
  return isInterruptible
    ? "This waits until the cell has ended; the interrupt button of the notebook (■) stops the run now."
    : "This waits until the cell that is at work has ended.";
}

function Spinner() {
  return (
    <svg class="run-spinner" width="12" height="12" viewBox="0 0 12 12" role="img" aria-label="running">
      <circle cx="6" cy="6" r="4.5" />
      <path d="M6 1.5 A4.5 4.5 0 0 1 10.5 6" />
    </svg>
  );
}
