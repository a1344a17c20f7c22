import assert from "node:assert/strict";
import { test } from "node:test";
import { FakeSource, openTable, settle, until } from "./fake_source";
import { MESSAGES, replyOf } from "./messages";
import { TableModel } from "../src/table/table_model";

const shown = (model: TableModel) => Array.from(model.state.shown, (row) => model.state.runs.names[row]);
const LOSS = "scalar:curve:loss";
/** The id of a run that the table does not have. */
const ELSEWHERE = "dddd0000000000000000000000000000";

test("the first rows are shown at once, and all are asked for", () => {
  const source = new FakeSource();
  const model = new TableModel(source);
  model.begin(replyOf({ ...MESSAGES["runs"]!, answer: { ...MESSAGES["runs"]!.answer, gen: -1 } }));
  assert.equal(shown(model).length, 3);
  assert.equal(model.state.isLoading, true);
  assert.deepEqual(source.asked[0]!.request, { type: "runs", columns: null, since: -1 });
});

test("a heading sorts, then the other way, then not at all", async () => {
  const { model } = await openTable();
  model.sortBy("flag::lr");
  assert.deepEqual(shown(model), ["aaaa0000", "bbbb0000", "cccc0000"]);
  model.sortBy("flag::lr");
  assert.deepEqual(shown(model), ["bbbb0000", "aaaa0000", "cccc0000"]);
  model.sortBy("flag::lr");
  assert.deepEqual(shown(model), ["cccc0000", "bbbb0000", "aaaa0000"]);
});

test("a filter shows what passes, and Python is told of it", async () => {
  const { model, source } = await openTable();
  void model.setFilter("lr > 0.1");
  assert.deepEqual(await source.reply("filter", MESSAGES["filter"]!), MESSAGES["filter"]!.request);
  assert.deepEqual(shown(model), ["bbbb0000"]);
  await until(() => source.filter === "lr > 0.1");
});

test("a mistake in a filter is shown, and the runs stay", async () => {
  const { model, source } = await openTable();
  void model.setFilter("lr > 0.1");
  await source.reply("filter", MESSAGES["filter"]!);
  void model.setFilter("lr > > 1");
  await source.reply("filter", MESSAGES["filter_error"]!);
  assert.equal(model.state.filterError?.position, 5);
  assert.deepEqual(shown(model), ["bbbb0000"]);
  void model.setFilter("");
  await settle();
  assert.equal(model.state.filterError, null);
  assert.equal(shown(model).length, 3);
});

test("an answer to a filter that is no longer wanted is dropped", async () => {
  const { model, source } = await openTable();
  void model.setFilter("lr > 0.1");
  void model.setFilter("lr > 0.15");
  await source.reply("filter", { runs: ["aaaa0000"] });
  assert.equal(shown(model).length, 3);
  await source.reply("filter", { runs: ["bbbb0000"] });
  assert.deepEqual(shown(model), ["bbbb0000"]);
});

test("an error about a filter that is no longer wanted is dropped", async () => {
  const { model, source } = await openTable();
  void model.setFilter("lr > > 1");
  void model.setFilter("lr > 1");
  await source.reply("filter", MESSAGES["filter_error"]!);
  assert.equal(model.state.filterError, null);
});

test("a change is told, the runs are brought up to date, and it can be taken back", async () => {
  const { model, source } = await openTable();
  void model.change({ type: "label", runs: ["aaaa0000"], text: "careful" });
  await source.reply("label", MESSAGES["label"]!);
  assert.equal((await source.reply("runs", MESSAGES["runs_changed"]!))["since"], 7);
  assert.equal(model.state.runs.value("run::label", 2), "careful");
  assert.equal(model.state.notice?.text, MESSAGES["label"]!.answer["text"]);
  void model.undo();
  assert.deepEqual(source.asked[0]!.request, MESSAGES["label"]!.answer["undo"]);
});

test("a change that is refused is said, and nothing else happens", async () => {
  const { model, source } = await openTable();
  const isDone = model.change(MESSAGES["error"]!.request);
  await source.reply("label", MESSAGES["error"]!);
  assert.equal(await isDone, false);
  assert.deepEqual(model.state.notice, { text: "no run was chosen", isError: true, undo: null });
  assert.deepEqual(source.types, []);
});

test("a mark is shown before it is answered, and taken back where it is refused", async () => {
  const { model, source } = await openTable();
  void model.mark(["aaaa0000"], true);
  assert.equal(model.isMarked("aaaa0000"), true);
  await source.reply("mark", { error: { text: "the run is gone" } });
  assert.equal(model.isMarked("aaaa0000"), false);
  assert.equal(model.state.notice?.text, "the run is gone");
});

test("after a mark the runs that are stale now are counted, also those that the table does not have", async () => {
  const { model, source } = await openTable();
  void model.mark(["aaaa0000"], true);
  assert.deepEqual(await source.reply("mark", MESSAGES["mark"]!), MESSAGES["mark"]!.request);
  await source.reply("runs", MESSAGES["runs"]!);
  assert.deepEqual(await source.reply("stale", { runs: ["bbbb0000", "cccc0000", ELSEWHERE] }), MESSAGES["stale"]!.request);
  assert.deepEqual([...model.state.stale], ["bbbb0000", "cccc0000", ELSEWHERE]);
  assert(model.state.notice?.text.endsWith("2 runs are stale now: made with a run that is not used any more"));
});

test("the best is marked among the runs that are shown, and by which filter these are is said", async () => {
  const { model, source } = await openTable();
  void model.setFilter("lr > 0.1");
  await source.reply("filter", MESSAGES["filter"]!);
  void model.markBest({ key: "scalar:last:loss", heading: "loss", group: "scalar" }, false);
  const wanted = { ...MESSAGES["mark_best"]!.request, runs: ["bbbb0000"], filter: "lr > 0.1" };
  assert.deepEqual(source.asked[0]!.request, wanted);
  void model.setFilter("lr > > 1");
  await source.reply("filter", MESSAGES["filter_error"]!);
  void model.markBest({ key: "scalar:last:loss", heading: "loss", group: "scalar" }, false);
  assert.deepEqual(source.asked[1]!.request, wanted);
});

test("what changes while runs are read is read after that", async () => {
  const { model, source } = await openTable();
  source.tell({ event: "changed" });
  source.tell({ event: "changed" });
  source.tell({ event: "changed" });
  assert.deepEqual(source.types, ["runs"]);
  await source.reply("runs", MESSAGES["runs_changed"]!);
  assert.deepEqual(source.types, ["runs"]);
  await source.reply("runs", MESSAGES["runs_added"]!);
  assert.deepEqual(source.types, []);
  assert.equal(model.state.runs.count, 4);
});

test("who asks for columns while runs are read has them when the answer is there", async () => {
  const { model, source } = await openTable();
  source.tell({ event: "changed" });
  let isDone = false;
  void model.chooseColumns(["flag::lr"]).then(() => (isDone = true));
  await source.reply("runs", MESSAGES["runs_changed"]!);
  assert.equal(isDone, false);
  assert.deepEqual((await source.reply("runs", MESSAGES["runs_chosen"]!))["columns"], ["flag::lr"]);
  assert.equal(isDone, true);
  assert.deepEqual(model.state.runs.headers.map((each) => each.key), ["flag::lr", LOSS, "scalar:min:loss"]);
});

test("columns are moved, and made as wide as is wanted within limits", async () => {
  const { model, source } = await openTable();
  const [first, second] = model.chosenColumns;
  void model.moveColumn(second!, 0);
  assert.deepEqual((source.asked[0]!.request["columns"] as string[]).slice(0, 2), [second, first]);
  void model.moveColumn(first!, 0);
  assert.deepEqual(model.chosenColumns.slice(0, 2), [first, second], "also before the answer is there");
  model.setWidth("flag::lr", 3);
  assert(model.state.widths["flag::lr"]! > 20);
  model.setWidth("flag::lr", null);
  assert.deepEqual(model.state.widths, {});
});

test("a kernel that has ended is said, and nothing is asked any more", async () => {
  const { model, source } = await openTable();
  source.tell({ event: "lost", text: "ended" });
  assert.equal(model.state.lost, "ended");
  await model.watch();
  assert.deepEqual(source.types, []);
});

test("a kernel that is at work is said as long as it is", async () => {
  const { model, source } = await openTable();
  source.tell({ event: "waiting", since: 1200 });
  assert.equal(model.state.waiting, 1200);
  source.tell({ event: "waiting", since: 0 });
  assert.equal(model.state.waiting, 0);
});

test("who looks on catches up with what was missed", async () => {
  const { model, source } = await openTable();
  void model.watch();
  void model.watch();
  assert.deepEqual(source.types, ["watch"]);
  await source.reply("watch", MESSAGES["watch"]!);
  assert.deepEqual(source.types, []);
  void model.watch();
  await source.reply("watch", { gen: 8 });
  assert.deepEqual(source.types, ["runs"]);
});

test("runs are selected alone, one by one, and in ranges", async () => {
  const { model, source } = await openTable();
  const selected = () => [...model.state.selected];
  model.select(0, "alone");
  model.select(2, "alone");
  assert.deepEqual(selected(), ["aaaa0000"]);
  model.select(2, "alone");
  assert.deepEqual(selected(), ["aaaa0000"]);
  model.setSelected(new Set());
  model.select(2, "toggle");
  model.select(0, "toggle");
  assert.deepEqual(model.chosen, ["cccc0000", "aaaa0000"]);
  model.select(2, "range");
  assert.deepEqual(selected(), ["cccc0000", "bbbb0000", "aaaa0000"]);
  await until(() => source.selected.length === 3);
  model.sortBy("flag::lr");
  model.selectAll();
  await until(() => source.selected[0] === "aaaa0000");
});

test("Shift and arrows extend from where they began", async () => {
  const { model } = await openTable();
  model.moveTo(1);
  model.moveTo(2, { extend: true });
  assert.deepEqual(model.chosen, ["bbbb0000", "aaaa0000"]);
  model.moveTo(0, { extend: true });
  assert.deepEqual(model.chosen, ["cccc0000", "bbbb0000"]);
  model.moveTo(99);
  assert.equal(model.state.active, 2);
});

test("without a selection an action is about the run where the keyboard is", async () => {
  const { model } = await openTable();
  model.moveTo(1);
  assert.deepEqual(model.chosen, ["bbbb0000"]);
});

test("runs that are gone are not selected, and not open", async () => {
  const { model, source } = await openTable();
  model.selectAll();
  model.open("cccc0000");
  source.tell({ event: "changed" });
  const { answer, buffers } = MESSAGES["runs"]!;
  const one = buffers!.map(({ dtype, values }) => ({ dtype, values: values.slice(1) }));
  await source.reply("runs", { request: { type: "runs" }, answer: { ...answer, gen: 8, values: withoutNaN(answer["values"]) }, buffers: one });
  assert.deepEqual([...model.state.selected], ["bbbb0000", "aaaa0000"]);
  assert.equal(model.state.opened, null);
});

test("curves in sight are asked for at once, once, and anew when their run has changed", async () => {
  const { model, source } = await openTable();
  assert.equal(model.curve("aaaa0000", LOSS), null);
  assert.equal(model.curve("bbbb0000", LOSS), null);
  model.curve("aaaa0000", LOSS);
  await until(() => source.types.length > 0);
  assert.deepEqual(await source.reply("curves", MESSAGES["curves"]!), MESSAGES["curves"]!.request);
  assert.deepEqual([...model.curve("aaaa0000", LOSS)!.values], [2, 1]);
  assert.deepEqual([...model.curve("bbbb0000", LOSS)!.values], [4, NaN]);
  source.tell({ event: "changed" });
  await source.reply("runs", MESSAGES["runs_changed"]!);
  assert.deepEqual([...model.curve("aaaa0000", LOSS)!.values], [2, 1], "the old one is shown until the new one is there");
  model.curve("bbbb0000", LOSS);
  await until(() => source.types.length > 0);
  assert.deepEqual(source.asked[0]!.request["runs"], ["aaaa0000"]);
});

test("a run without a curve is not asked about again and again", async () => {
  const { model, source } = await openTable();
  model.curve("cccc0000", LOSS);
  await until(() => source.types.length > 0);
  await source.reply("curves", { curves: [] });
  assert.equal(model.curve("cccc0000", LOSS), null);
  assert.deepEqual(source.types, []);
});

test("after its end a table does nothing", async () => {
  const { model, source } = await openTable();
  let count = 0;
  model.subscribe(() => count++);
  model.curve("aaaa0000", LOSS);
  model.dispose();
  source.tell({ event: "changed" });
  await new Promise((go) => setTimeout(go, 50));
  assert.deepEqual([count, source.types.length], [0, 0]);
});

/** The row with NaN is the first one, without that before it. */
function withoutNaN(values: unknown): unknown {
  return (values as { nan?: number[] }[]).map((each) => (each.nan ? { ...each, nan: [0] } : each));
}
