/** The curve of one scalar of a run. */

import { decode } from "./column";

export interface Curve {
  steps: Float64Array;
  values: Float64Array;
}

/** Return one of the curves of an answer to `curves`, whose buffers are the steps and values of each. */
export function readCurve(buffers: DataView[], place: number): Curve {
  const read = (at: number) => decode({ key: "", form: "number" }, buffers[at]!).data as Float64Array;
  return { steps: read(2 * place), values: read(2 * place + 1) };
}
