/** What is known of a run, in short. */

import { Sparkline } from "../table/sparkline";
import { Answer, NamedTexts, Note, Section } from "./answer";
import { Comments } from "./comments";
import type { Overview } from "./detail_answers";
import type { DetailModel } from "./detail_model";
import { MarkHistory } from "./mark_history";

export function OverviewTab({ detail }: { detail: DetailModel }) {
  return <Answer part={detail.overview}>{(run) => <Content detail={detail} run={run} />}</Answer>;
}

function Content({ detail, run }: { detail: DetailModel; run: Overview }) {
  return (
    <>
      {run.trouble && <p class="trouble">{run.trouble}</p>}
      {run.stale.map((why) => (
        <p class="stale-line" key={why}>
          <span class="badge stale">stale</span> {why}
        </p>
      ))}
      <div class="overview">
        <div>
          {run.scalars.length > 0 && <Scalars detail={detail} run={run} />}
          {run.flags.length > 0 && (
            <Section title="Flags">
              <NamedTexts pairs={run.flags} />
              <Note text={run.notes.flags} />
            </Section>
          )}
          {run.dependencies.length > 0 && (
            <Section title="Dependencies">
              <NamedTexts pairs={run.dependencies} />
            </Section>
          )}
          <MarkHistory detail={detail} run={run} />
        </div>
        <div>
          <Section title="Run">
            <NamedTexts pairs={run.facts} />
            {run.tags.length > 0 && (
              <p>
                {run.tags.map((tag) => (
                  <span class="badge tag" key={tag}>
                    {tag}
                  </span>
                ))}
              </p>
            )}
          </Section>
          {run.displays.length > 0 && (
            <Section title="Displays">
              <NamedTexts pairs={run.displays} />
            </Section>
          )}
          <Comments detail={detail} run={run} />
        </div>
      </div>
    </>
  );
}

function Scalars({ detail, run }: { detail: DetailModel; run: Overview }) {
  return (
    <Section title="Scalars">
      <table class="scalars" aria-label="Scalars">
        <thead>
          <tr>
            {["scalar", "curve", "last", "step", "least", "greatest"].map((title) => (
              <th key={title} scope="col">
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {run.scalars.map((each) => (
            <tr key={each.name}>
              <th scope="row">{each.name}</th>
              <td>
                <Sparkline curve={detail.state.curves.get(each.name) ?? null} />
              </td>
              <td class="number">{each.last}</td>
              <td class="number">{each.step}</td>
              <td class="number">{each.least}</td>
              <td class="number">{each.greatest}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <Note text={run.notes.scalars} />
    </Section>
  );
}
