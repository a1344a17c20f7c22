/** The messages about one run, by the types of the detail: a key that is renamed on one side is found by tsc. */

import type {
  DiffContent, EnvironmentContent, FileContent, FilesContent, LineageContent, OutputContent, Overview, SourceContent,
} from "../src/detail/detail_answers";
import type { Request } from "../src/source/runs_source";
import detail from "../../tests/widgets/messages/detail.json";
import detailFailed from "../../tests/widgets/messages/detail_failed.json";
import diff from "../../tests/widgets/messages/diff.json";
import diffError from "../../tests/widgets/messages/diff_error.json";
import environment from "../../tests/widgets/messages/environment.json";
import fileBinary from "../../tests/widgets/messages/file_binary.json";
import fileImage from "../../tests/widgets/messages/file_image.json";
import fileLines from "../../tests/widgets/messages/file_lines.json";
import fileTable from "../../tests/widgets/messages/file_table.json";
import files from "../../tests/widgets/messages/files.json";
import lineage from "../../tests/widgets/messages/lineage.json";
import outputNote from "../../tests/widgets/messages/output_note.json";
import outputPicture from "../../tests/widgets/messages/output_picture.json";
import outputSame from "../../tests/widgets/messages/output_same.json";
import outputText from "../../tests/widgets/messages/output_text.json";
import source from "../../tests/widgets/messages/source.json";
import sourceNone from "../../tests/widgets/messages/source_none.json";

/** A type as tsc reads it from a JSON file, where a pair is a list of any length. */
type FromJson<Value> = Value extends [string, string]
  ? string[]
  : Value extends (infer Item)[]
    ? FromJson<Item>[]
    : Value extends object
      ? { [Name in keyof Value]: FromJson<Value[Name]> }
      : Value;

interface DetailMessage<Content> {
  request: Request;
  answer: FromJson<Content>;
}

/** What each file has for an answer. */
interface Answers {
  detail: Overview;
  detail_failed: Overview;
  diff: DiffContent;
  diff_error: { error: { text: string } };
  environment: EnvironmentContent;
  file_binary: FileContent;
  file_image: Required<FileContent>;
  file_lines: FileContent;
  file_table: FileContent;
  files: FilesContent;
  lineage: LineageContent;
  output_note: OutputContent;
  output_picture: OutputContent;
  output_same: Pick<OutputContent, "same" | "stamp">;
  output_text: OutputContent;
  source: SourceContent;
  source_none: SourceContent;
}

export const DETAIL_MESSAGES: { [Name in keyof Answers]: DetailMessage<Answers[Name]> } = {
  detail, detail_failed: detailFailed, diff, diff_error: diffError, environment, file_binary: fileBinary,
  file_image: fileImage, file_lines: fileLines, file_table: fileTable, files, lineage, output_note: outputNote,
  output_picture: outputPicture, output_same: outputSame, output_text: outputText, source, source_none: sourceNone,
};
