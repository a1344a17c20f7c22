/** The width of an element, as it is laid out. */

import type { RefObject } from "preact";
import { useLayoutEffect, useState } from "preact/hooks";

/** Return the width in pixels, 0 before it is known. */
export function useWidth(box: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useLayoutEffect(() => {
    const observer = new ResizeObserver(() => setWidth(box.current?.clientWidth ?? 0));
    observer.observe(box.current!);
    setWidth(box.current!.clientWidth);
    return () => observer.disconnect();
  }, []);
  return width;
}
