import assert from "node:assert/strict";
import { test } from "node:test";
import { CurveStore, MOST_AT_ONCE } from "../src/runs/curve_store";
import type { CurvesContent, Reply } from "../src/source/runs_source";
import { settle, until } from "./fake_source";

type Curves = Reply<CurvesContent> | null;

const numbers = (...values: number[]) => new DataView(Float64Array.from(values).buffer);

/** Return an answer with a curve of the loss for each of these runs. */
function answer(...runs: string[]): Curves {
  const content = { curves: runs.map((run) => ({ run, scalar: "loss", count: 2 })) };
  return { content, buffers: runs.flatMap(() => [numbers(1, 2), numbers(1, 0.5)]) };
}

/** A store that asks at once, whose requests are answered by the test. */
function open() {
  const asked: { runs: string[]; scalars: string[]; answer: (reply: Curves) => void }[] = [];
  const store = new CurveStore(
    (runs, scalars) => new Promise((keep) => asked.push({ runs, scalars, answer: keep })),
    () => undefined,
    1,
  );
  const reply = async (place: number, curves: Curves) => {
    await until(() => asked.length > place);
    asked[place]!.answer(curves);
    await settle();
  };
  return { store, asked, reply };
}

test("curves that are wanted together are asked for at once, and once", async () => {
  const { store, asked, reply } = open();
  for (const run of ["a", "b", "a"]) store.want(run, "loss");
  await reply(0, answer("a"));
  assert.deepEqual(asked[0]!.runs, ["a", "b"]);
  assert.deepEqual([...store.get("a", "loss")!.values], [1, 0.5]);
  assert.equal(store.get("b", "loss"), null);
  assert.equal(store.get("c", "loss"), undefined);
});

test("what is wanted meanwhile is asked for after the answer, and what is not wanted any more is not", async () => {
  const { store, asked, reply } = open();
  store.wantOnly(["a"], ["loss"]);
  await until(() => asked.length === 1);
  store.wantOnly(["b"], ["loss"]);
  store.wantOnly(["c"], ["loss"]);
  await reply(0, answer("a"));
  await until(() => asked.length === 2);
  assert.deepEqual(asked[1]!.runs, ["c"]);
});

test("a run that changes while its curves are on their way is asked for again", async () => {
  const { store, asked, reply } = open();
  store.want("a", "loss");
  await until(() => asked.length === 1);
  store.outdate(["a"]);
  await reply(0, answer("a"));
  store.want("a", "loss");
  await until(() => asked.length === 2);
});

test("what is refused stays as it was, and is asked for again when some run has changed", async () => {
  const { store, asked, reply } = open();
  store.want("a", "loss");
  await reply(0, answer("a"));
  store.outdate(["a"]);
  store.want("a", "loss");
  await reply(1, null);
  assert.deepEqual([...store.get("a", "loss")!.values], [1, 0.5]);
  store.want("a", "loss");
  store.outdate(["b"]);
  assert.equal(asked.length, 2);
  store.want("a", "loss");
  await until(() => asked.length === 3);
});

test("of many curves the ones that were wanted last are asked for first", async () => {
  const asked: string[][] = [];
  const answer = async (runs: string[]) => (asked.push(runs), null);
  const curves = new CurveStore(answer, () => undefined, 0);
  const names = Array.from({ length: MOST_AT_ONCE + 1 }, (_, place) => `run${place}`);
  names.forEach((name) => curves.want(name, "loss"));
  await until(() => asked.length === 2);
  assert.deepEqual(asked, [names.slice(1), ["run0"]]);
});
