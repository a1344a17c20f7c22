/** Draws a component again whose state lies outside of it. */

import { useCallback, useLayoutEffect, useReducer } from "preact/hooks";
import type { Observable } from "./observable";

/** Return a function that has the component drawn again. */
export function useRedraw(): () => void {
  const [, count] = useReducer((drawn: number) => drawn + 1, 0);
  return useCallback(() => count(undefined), [count]);
}

/** Draw the component again at each change of a model. */
export function useChanges(model: Observable): void {
  const redraw = useRedraw();
  useLayoutEffect(() => model.subscribe(redraw), [model]); // at once: an answer may come before the next frame
}
