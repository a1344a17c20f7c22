/** What a run was made of, and what was made of it. */

import { SIGNS } from "../table/signs";
import { Answer, Note, Section } from "./answer";
import type { LineageContent, RelatedRun } from "./detail_answers";
import type { DetailModel } from "./detail_model";

const INDENT = 18;
const DEEPEST = 12;

export function LineageTab({ detail }: { detail: DetailModel }) {
  return (
    <Answer part={detail.part<LineageContent>({ type: "lineage" })}>
      {({ made_of, used_by, note }) => (
        <>
          <Side title="Made of" runs={made_of} none="It used no other run." detail={detail} />
          <Side title="Used by" runs={used_by} none="No run has used it." detail={detail} />
          <Note text={note} />
        </>
      )}
    </Answer>
  );
}

interface SideProps {
  title: string;
  runs: RelatedRun[];
  none: string;
  detail: DetailModel;
}

function Side({ title, runs, none, detail }: SideProps) {
  return (
    <Section title={title}>
      {runs.length === 0 && <p class="faint">{none}</p>}
      <ul class="related">
        {runs.map((run, place) => (
          <li key={place} style={{ paddingLeft: `${(Math.min(run.depth, DEEPEST) - 1) * INDENT}px` }}>
            {run.gone ? (
              <code>{run.name}</code>
            ) : (
              <button type="button" class="link" aria-label={`Open ${run.name}`} onClick={() => detail.follow(run.id)}>
                <code>{run.name}</code>
              </button>
            )}
            <span>{run.operation}</span>
            {run.status && (
              <span class={`status ${run.status}`}>
                <b aria-hidden="true">{SIGNS[run.status]}</b> {run.status}
              </span>
            )}
            {run.marked && <span class="badge use">★ marked</span>}
            {run.stale && <span class="badge stale">stale</span>}
            {(run.deleted || run.gone) && <span class="badge">deleted</span>}
            <span class="faint">{run.caption}</span>
            <span class="faint">
              ({run.dependency}){run.again && " …"}
            </span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
