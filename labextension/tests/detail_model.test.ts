import assert from "node:assert/strict";
import { test } from "node:test";
import type { DiffContent, OutputContent, SourceContent } from "../src/detail/detail_answers";
import { DetailModel, type Tab } from "../src/detail/detail_model";
import { DETAIL_MESSAGES } from "./detail_messages";
import { openTable, settle, until, type FakeSource } from "./fake_source";
import { MESSAGES } from "./messages";

const RUN = "cccc0000";
const { detail: DETAIL, diff_error: DIFF_ERROR, output_text: OUTPUT, source: SOURCE } = DETAIL_MESSAGES;
/** The run after somebody has given it another label. */
const RELABELED = { ...DETAIL.answer, label: "careful" };

/** Return a detail whose overview is there, and nothing else. */
async function openDetail(answer: Record<string, unknown> = DETAIL.answer): Promise<{ detail: DetailModel; source: FakeSource }> {
  const { model, source } = await openTable();
  model.open(RUN);
  const detail = new DetailModel(model, RUN);
  await source.reply("detail", answer);
  await source.reply("curves", MESSAGES["curves"]!);
  return { detail, source };
}

/** Answer what a detail asks when it looks again at its overview. */
async function answerLook(source: FakeSource, answer: Record<string, unknown> = DETAIL.answer): Promise<void> {
  await source.reply("detail", answer);
  await source.reply("curves", MESSAGES["curves"]!);
}

test("the overview is asked for at once, and its curves", async () => {
  const { model, source } = await openTable();
  const detail = new DetailModel(model, RUN);
  assert.deepEqual(detail.overview, { content: null, error: null });
  assert.deepEqual(await source.reply("detail", DETAIL), DETAIL.request);
  assert.deepEqual(await source.reply("curves", MESSAGES["curves"]!), { type: "curves", runs: [RUN], scalars: [], points: 60 });
  assert.equal(detail.overview.content?.label, "lr=0.1");
  assert.deepEqual([...detail.state.curves.keys()], ["loss"]);
  assert.deepEqual(source.types, []);
});

const BY_TAB: [Tab, keyof typeof DETAIL_MESSAGES][] = [
  ["Source", "source"], ["Output", "output_picture"], ["Files", "files"], ["Environment", "environment"],
  ["Lineage", "lineage"], ["Diff", "diff"],
];

for (const [tab, name] of BY_TAB) {
  test(`${tab} is asked for when it is opened, once`, async () => {
    const { detail, source } = await openDetail();
    const { request, answer } = DETAIL_MESSAGES[name];
    detail.choose({ tab });
    assert.deepEqual(await source.reply(request.type, { answer }), request);
    const { run: _, ...asked } = request;
    assert.deepEqual(detail.part(asked as typeof request), { content: answer, error: null });
    detail.choose({ tab: "Overview" });
    detail.choose({ tab });
    assert.deepEqual(source.types, []);
  });
}

test("a file is asked for when it is chosen", async () => {
  const { detail, source } = await openDetail();
  const { request, answer } = DETAIL_MESSAGES.file_image;
  detail.choose({ tab: "Files" });
  await source.reply("files", DETAIL_MESSAGES.files);
  detail.choose({ filePath: "figure.png" });
  assert.deepEqual(await source.reply("file", { answer }), request);
  assert.deepEqual(detail.part(detail.fileRequest("figure.png")).content, answer);
});

test("an error in one tab leaves the others, and goes when it is asked again", async () => {
  const { detail, source } = await openDetail();
  detail.choose({ tab: "Diff" });
  await source.reply("diff", DIFF_ERROR);
  assert.deepEqual(detail.part<DiffContent>(detail.diffRequest), { content: null, error: DIFF_ERROR.answer.error.text });
  assert.equal(detail.overview.content?.operation, "train()");
  detail.choose({ tab: "Source" });
  await source.reply("source", SOURCE);
  assert.deepEqual(detail.part<SourceContent>(detail.sourceRequest).content, SOURCE.answer);
  detail.choose({ tab: "Diff" });
  void detail.look();
  await source.reply("diff", DETAIL_MESSAGES.diff);
  assert.deepEqual(detail.part(detail.diffRequest), { content: DETAIL_MESSAGES.diff.answer, error: null });
});

test("curves that cannot be read leave the overview", async () => {
  const { model, source } = await openTable();
  const detail = new DetailModel(model, RUN);
  await source.reply("curves", MESSAGES["error"]!);
  await source.reply("detail", DETAIL);
  assert.equal(detail.overview.content?.id, DETAIL.answer.id);
  assert.equal(detail.state.curves.size, 0);
});

test("after a change of the runs the detail is asked for anew, once", async () => {
  const { detail, source } = await openDetail();
  source.tell({ event: "changed" });
  source.tell({ event: "changed" });
  await until(() => source.types.includes("detail"));
  await answerLook(source, RELABELED);
  assert.equal(detail.overview.content?.label, "careful");
  assert.deepEqual(source.types.filter((type) => type !== "runs"), []);
  detail.dispose();
});

test("what is shown stays while it is asked for anew, and so does what is being written in it", async () => {
  const { detail, source } = await openDetail();
  detail.choose({ tab: "Source", sourcePath: "train.py" });
  await source.reply("source", SOURCE);
  const seen: unknown[] = [];
  detail.subscribe(() => seen.push(detail.overview.content, detail.part(detail.sourceRequest).content));
  void detail.look();
  await answerLook(source, RELABELED);
  await source.reply("source", SOURCE);
  assert.ok(seen.length > 0 && !seen.includes(null));
  assert.deepEqual([detail.state.tab, detail.state.sourcePath], ["Source", "train.py"]);
});

test("a tab that is not shown is forgotten when the run has changed, and only then", async () => {
  const { detail, source } = await openDetail();
  detail.choose({ tab: "Source" });
  await source.reply("source", SOURCE);
  detail.choose({ tab: "Overview" });
  void detail.look();
  await answerLook(source);
  assert.deepEqual(detail.part(detail.sourceRequest).content, SOURCE.answer);
  void detail.look();
  await answerLook(source, RELABELED);
  assert.equal(detail.part(detail.sourceRequest).content, null);
  detail.choose({ tab: "Source" });
  assert.deepEqual(source.types, ["source"]);
});

test("an output that has not grown is kept", async () => {
  const { detail, source } = await openDetail();
  detail.choose({ tab: "Output" });
  await source.reply("output", OUTPUT);
  void detail.look();
  const { run: _, ...again } = DETAIL_MESSAGES.output_same.request;
  assert.deepEqual(await source.reply("output", DETAIL_MESSAGES.output_same), { ...again, run: RUN });
  assert.deepEqual(detail.part<OutputContent>(detail.outputRequest).content, OUTPUT.answer);
});

test("a run that is at work is looked at as long as somebody watches, others are not", async () => {
  const finished = await openDetail();
  void finished.detail.watch();
  assert.deepEqual(finished.source.types, []);
  const { detail, source } = await openDetail({ ...DETAIL.answer, is_active: true });
  void detail.watch();
  await answerLook(source, DETAIL.answer);
  assert.equal(detail.overview.content?.is_active, false);
  void detail.watch();
  assert.deepEqual(source.types, []);
});

test("a change is made to the run, and what it has done is shown", async () => {
  const { detail, source } = await openDetail();
  const isDone = detail.change({ type: "label", text: "careful" });
  assert.deepEqual(await source.reply("label", MESSAGES["label"]!), { type: "label", text: "careful", runs: [RUN] });
  await source.reply("runs", MESSAGES["runs_changed"]!);
  await answerLook(source, RELABELED);
  assert.equal(await isDone, true);
  assert.equal(detail.overview.content?.label, "careful");
});

const COMMENTS = ["fits well", "looks right"].map((body, place) => ({ ...DETAIL.answer.comments[0]!, number: place + 1, body }));

test("what is being written stays when a comment is added elsewhere, and in other tabs, until it is saved", async () => {
  const { detail, source } = await openDetail();
  detail.write({ draft: "a remark" });
  source.tell({ event: "changed" });
  await until(() => source.types.includes("detail"));
  await answerLook(source, { ...DETAIL.answer, comments: COMMENTS });
  await source.reply("runs", MESSAGES["runs_changed"]!);
  detail.choose({ tab: "Source" });
  await source.reply("source", SOURCE);
  assert.equal(detail.overview.content?.comments.length, 2);
  assert.equal(detail.state.draft, "a remark");
  const isDone = detail.addComment();
  assert.deepEqual(await source.reply("comment", MESSAGES["error"]!), { type: "comment", text: "a remark", runs: [RUN] });
  await isDone;
  assert.equal(detail.state.draft, "a remark");
  void detail.addComment();
  await source.reply("comment", MESSAGES["comment"]!);
  await source.reply("runs", MESSAGES["runs_changed"]!);
  await source.reply("source", SOURCE);
  await answerLook(source);
  assert.equal(detail.state.draft, "");
  detail.dispose();
});

test("a comment is edited with the text that it had when it was opened, and stays open until it is saved", async () => {
  const { detail, source } = await openDetail();
  detail.write({ edited: { number: 1, text: "looks wrong", before: "looks right" } });
  const refused = detail.saveComment();
  const request = { type: "comment", edit: 1, text: "looks wrong", before: "looks right", runs: [RUN] };
  assert.deepEqual(await source.reply("comment", MESSAGES["error"]!), request);
  await refused;
  assert.equal(detail.state.edited?.text, "looks wrong");
  void detail.saveComment();
  await source.reply("comment", MESSAGES["comment"]!);
  await source.reply("runs", MESSAGES["runs_changed"]!);
  await answerLook(source);
  assert.equal(detail.state.edited, null);
});

test("a change that is refused leaves the detail as it is", async () => {
  const { detail, source } = await openDetail();
  const isDone = detail.change({ type: "label", text: "careful" });
  await source.reply("label", MESSAGES["error"]!);
  assert.equal(await isDone, false);
  assert.deepEqual(source.types, []);
  assert.equal(detail.overview.content?.label, "lr=0.1");
});

test("another run is shown in the same tab, and answers about the one before are dropped", async () => {
  const { detail, source } = await openDetail();
  detail.choose({ tab: "Source", sourcePath: "train.py" });
  detail.showRun("bbbb0000");
  assert.deepEqual([detail.state.tab, detail.state.sourcePath, detail.overview.content], ["Source", null, null]);
  assert.equal((await source.reply("source", SOURCE))["run"], RUN);
  assert.equal(detail.part(detail.sourceRequest).content, null);
  assert.equal((await source.reply("source", SOURCE))["run"], "bbbb0000");
  assert.deepEqual(detail.part(detail.sourceRequest).content, SOURCE.answer);
});

test("a link leads to another run, and there is a way back; the table leads to one without", async () => {
  const { detail } = await openDetail();
  const show = () => detail.showRun(detail.table.state.opened!);
  detail.follow("bbbb0000000000000000000000000000");
  show();
  assert.deepEqual([detail.state.name, detail.state.past], ["bbbb0000", [RUN]]);
  detail.back();
  show();
  assert.deepEqual([detail.state.name, detail.state.past], [RUN, []]);
  detail.follow("bbbb0000000000000000000000000000");
  show();
  detail.table.open("aaaa0000");
  show();
  assert.deepEqual([detail.state.name, detail.state.past], ["aaaa0000", []]);
});

test("after it is closed a detail asks nothing and tells nobody", async () => {
  const { detail, source } = await openDetail();
  let told = 0;
  detail.subscribe(() => told++);
  source.tell({ event: "changed" }); // is waited for when the detail is closed
  void detail.look();
  detail.dispose();
  source.tell({ event: "changed" });
  await answerLook(source, RELABELED);
  await new Promise<void>((go) => setTimeout(go, 1_200));
  await settle();
  assert.equal(told, 0);
  assert.deepEqual(source.types.filter((type) => type !== "runs"), []);
});
