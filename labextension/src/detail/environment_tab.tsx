/** Where a run was made: Python, packages, machine, variables. */

import { useState } from "preact/hooks";
import { Answer, NamedTexts, Note, Section } from "./answer";
import type { EnvironmentContent } from "./detail_answers";
import type { DetailModel } from "./detail_model";

export function EnvironmentTab({ detail }: { detail: DetailModel }) {
  const [search, setSearch] = useState("");
  const word = search.toLowerCase();
  return (
    <Answer part={detail.part<EnvironmentContent>({ type: "environment" })}>
      {({ facts, packages, variables, note }) => (
        <div class="columned">
          <Note text={note} />
          <Section title="Machine">
            <NamedTexts pairs={facts} />
          </Section>
          {variables.length > 0 && (
            <details class="part">
              <summary>{variables.length} variables of the environment</summary>
              <NamedTexts pairs={variables} />
            </details>
          )}
          <Section title={`Packages (${packages.length})`}>
            {packages.length > 0 && (
              <input type="text" aria-label="find a package" placeholder="find a package" value={search} onInput={(event) => setSearch(event.currentTarget.value)} />
            )}
            <ul class="packages" aria-label="Packages">
              {packages
                .filter(([name]) => name.toLowerCase().includes(word))
                .map(([name, version]) => (
                  <li key={name}>
                    {name} <span class="faint">{version}</span>
                  </li>
                ))}
            </ul>
          </Section>
        </div>
      )}
    </Answer>
  );
}
