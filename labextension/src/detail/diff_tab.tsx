/** In what a run differs from another. */

import { Answer, Note, Section } from "./answer";
import type { DiffContent, FileDifference } from "./detail_answers";
import type { DetailModel } from "./detail_model";

const MOST_CHOICES = 200;

export function DiffTab({ detail }: { detail: DetailModel }) {
  const { name } = detail.state;
  return (
    <>
      <OtherRun detail={detail} />
      <Answer part={detail.part<DiffContent>(detail.diffRequest)}>
        {({ other, differences, files, source, is_empty, note }) => (
          <>
            <p class="faint">
              From <code>{other.name}</code> {other.operation} to <code>{name.slice(0, 8)}</code>
            </p>
            {is_empty && <p>No difference.</p>}
            {differences.map(({ aspect, values, count }) => (
              <Section key={aspect} title={count > values.length ? `${aspect}, the first ${values.length} of ${count}` : aspect}>
                <table class="differences" aria-label={aspect}>
                  <tbody>
                    {values.map((each) => (
                      <Difference key={each.name} {...each} />
                    ))}
                  </tbody>
                </table>
              </Section>
            ))}
            {(files.values.length > 0 || files.note) && <Files {...files} />}
            {source.length > 0 && (
              <Section title="source">
                <DiffLines lines={source} label="Difference of the source" />
                <Note text={note} />
              </Section>
            )}
          </>
        )}
      </Answer>
    </>
  );
}

/** A value of both runs. */
function Difference({ name, from, to }: { name: string; from: string | null; to: string | null }) {
  return (
    <tr>
      <th scope="row">{name}</th>
      <td>{from === null ? <span class="faint">none</span> : <del>{from}</del>}</td>
      <td>{to === null ? <span class="faint">none</span> : <ins>{to}</ins>}</td>
    </tr>
  );
}

/** The files that are not the same: their sizes, and below those of small texts the lines that differ. */
function Files({ values, note }: DiffContent["files"]) {
  return (
    <Section title="files">
      {values.length > 0 && (
        <table class="differences" aria-label="files">
          <tbody>
            {values.map((each) => (
              <FileRows key={each.name} {...each} />
            ))}
          </tbody>
        </table>
      )}
      <Note text={note} />
    </Section>
  );
}

function FileRows({ name, from, to, lines }: FileDifference) {
  return (
    <>
      <Difference {...{ name, from, to }} />
      {lines.length > 0 && (
        <tr>
          <td colSpan={3}>
            <details>
              <summary>the lines of {name} that differ</summary>
              <DiffLines lines={lines} label={`Difference of ${name}`} />
            </details>
          </td>
        </tr>
      )}
    </>
  );
}

/** The lines of a unified diff. */
function DiffLines({ lines, label }: { lines: string[]; label: string }) {
  return (
    <pre class="code" role="group" aria-label={label}>
      {lines.map((line, place) => (
        <span class={kindOf(line)} key={place}>
          {line}
        </span>
      ))}
    </pre>
  );
}

/** Chooses the run to compare with: the one before, one that is selected, or any that is shown. */
function OtherRun({ detail }: { detail: DetailModel }) {
  const { runs, shown, selected } = detail.table.state;
  const { name, other } = detail.state;
  const names = Array.from(shown.subarray(0, MOST_CHOICES), (row) => runs.names[row]!).filter((each) => each !== name);
  const chosen = [...selected].filter((each) => each !== name).slice(0, MOST_CHOICES);
  const describe = (each: string) => {
    const row = runs.rowOf(each);
    const words = [runs.value("run::operation", row), runs.value("run::label", row)];
    return [each, ...words.filter(Boolean)].join("  ");
  };
  const option = (each: string) => (
    <option key={each} value={each}>
      {describe(each)}
    </option>
  );
  return (
    <label class="other">
      Compare with{" "}
      <select value={other ?? ""} onChange={(event) => detail.choose({ other: event.currentTarget.value || null })}>
        <option value="">the run before</option>
        {chosen.length > 0 && <optgroup label="selected">{chosen.map(option)}</optgroup>}
        <optgroup label="in the table">{names.filter((each) => !selected.has(each)).map(option)}</optgroup>
      </select>
    </label>
  );
}

function kindOf(line: string): string {
  if (line.startsWith("+++ ") || line.startsWith("--- ")) return "line file";
  const kinds: Record<string, string> = { "+": "line added", "-": "line removed", "@": "line place" };
  return kinds[line[0] ?? ""] ?? "line";
}
