/** The files of the source of a run. */

import { Answer, Note } from "./answer";
import { Code } from "./code";
import type { SourceContent } from "./detail_answers";
import type { DetailModel } from "./detail_model";

export function SourceTab({ detail }: { detail: DetailModel }) {
  return (
    <Answer part={detail.part<SourceContent>(detail.sourceRequest)}>
      {({ files, path, lines, note, more }) =>
        files.length === 0 ? (
          <p class="faint">No source is recorded.</p>
        ) : (
          <div class="sided">
            <div class="side">
              <ul aria-label="Files of the source">
                {files.map((file) => (
                  <li key={file}>
                    <button type="button" class="link" aria-pressed={file === path} onClick={() => detail.choose({ sourcePath: file })}>
                      {file}
                    </button>
                  </li>
                ))}
              </ul>
              <Note text={more} />
            </div>
            <div class="main">
              <Code lines={lines} label={`Source ${path}`} />
              <Note text={note} />
            </div>
          </div>
        )
      }
    </Answer>
  );
}
