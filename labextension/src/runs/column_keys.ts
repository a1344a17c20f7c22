/** The keys of columns, and the order that they are in. */

const CURVE = "scalar:curve:";
const FLAG = "flag::";

/** Whether a column shows curves, which have no values by row. */
export function isCurveKey(key: string): boolean {
  return key.startsWith(CURVE);
}

/** Return the scalar that a column shows the curves of. */
export function scalarOf(key: string): string {
  return key.slice(CURVE.length);
}

/** Return the name of the flag that a column shows; null for other columns. */
export function flagOf(key: string): string | null {
  return key.startsWith(FLAG) ? key.slice(FLAG.length) : null;
}

/** Return keys with one of them at another place. */
export function moved(keys: string[], key: string, place: number): string[] {
  const others = keys.filter((each) => each !== key);
  const at = Math.max(0, place);
  return [...others.slice(0, at), key, ...others.slice(at)];
}
