/** The colours of the page, also after its theme has changed. */

import type { RefObject } from "preact";
import { useEffect, useState } from "preact/hooks";
import { readColours, type PageColours } from "./palette";

/** Return the colours of the page where `box` is; null before they are known. */
export function useColours(box: RefObject<HTMLElement | null>): PageColours | null {
  const [colours, setColours] = useState<PageColours | null>(null);
  useEffect(() => {
    let frame = 0;
    const read = () => setColours(readColours(box.current!));
    const readSoon = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(read);
    };
    read();
    // JupyterLab and VS Code name their theme in attributes of the body, others in those of the root.
    const observer = new MutationObserver(readSoon);
    for (const element of [document.documentElement, document.body]) observer.observe(element, { attributes: true });
    const dark = matchMedia("(prefers-color-scheme: dark)");
    dark.addEventListener("change", readSoon);
    return () => {
      cancelAnimationFrame(frame);
      observer.disconnect();
      dark.removeEventListener("change", readSoon);
    };
  }, []);
  return colours;
}
