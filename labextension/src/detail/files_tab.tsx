/** The files of a run, and one of them. */

import { Answer, Note } from "./answer";
import { Code } from "./code";
import type { FileContent, FilesContent } from "./detail_answers";
import type { DetailModel } from "./detail_model";
import { Picture } from "./picture";

export function FilesTab({ detail }: { detail: DetailModel }) {
  const { filePath } = detail.state;
  return (
    <Answer part={detail.part<FilesContent>({ type: "files" })}>
      {({ files, note, path }) =>
        files.length === 0 ? (
          <p class="faint">There are no files in {path}</p>
        ) : (
          <div class="sided">
            <div class="side">
              <ul aria-label="Files of the run">
                {files.map(({ name, size, type }) => (
                  <li key={name}>
                    <button type="button" class="link" aria-pressed={name === filePath} title={type} onClick={() => detail.choose({ filePath: name })}>
                      {name}
                    </button>
                    <span class="faint">{size}</span>
                  </li>
                ))}
              </ul>
              <Note text={note} />
            </div>
            <div class="main">
              {filePath === null ? (
                <p class="faint">Choose a file. They are in {path}</p>
              ) : (
                <Answer part={detail.part<FileContent>(detail.fileRequest(filePath))}>{(file) => <FileView file={file} />}</Answer>
              )}
            </div>
          </div>
        )
      }
    </Answer>
  );
}

function FileView({ file }: { file: FileContent }) {
  return (
    <>
      <p class="faint">
        {file.name}: {file.type}, {file.size}
        {file.note && `; ${file.note}`}
      </p>
      {file.lines && <Code lines={file.lines} label={file.name} />}
      {file.image && <Picture type={file.image} data={file.data!} alt={file.name} />}
      {file.table && <CellTable head={file.table.head} rows={file.table.rows} label={file.name} />}
      <p class="faint">
        In Python it is <code>{file.open_by}</code>
      </p>
    </>
  );
}

function CellTable({ head, rows, label }: { head: string[]; rows: string[][]; label: string }) {
  return (
    <table aria-label={label}>
      <thead>
        <tr>
          {head.map((text, place) => (
            <th key={place} scope="col">
              {text}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map((row, place) => (
          <tr key={place}>
            {row.map((text, column) => (
              <td key={column}>{text}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
