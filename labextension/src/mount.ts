/** Puts a component into a shadow root of its own, so that no style of the page or of ours crosses its border. */

import { render, type VNode } from "preact";
import curvesStyle from "uplot/dist/uPlot.min.css";
import compareStyle from "./compare/compare.css";
import detailStyle from "./detail/detail.css";
import pageStyle from "./page.css";
import runStyle from "./run/run.css";
import tableStyle from "./table/table.css";

const STYLE = [curvesStyle, pageStyle, tableStyle, compareStyle, detailStyle, runStyle].join("\n");

/** Show a component in `host`; returns what takes it away again. */
export function mount(host: HTMLElement, component: VNode): () => void {
  const root = host.shadowRoot ?? host.attachShadow({ mode: "open" });
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(STYLE);
  root.adoptedStyleSheets = [sheet];
  host.className = "guild-ipy-live"; // by which what was shown first is hidden (widgets/beside_widget.py)
  host.dataset["lmSuppressShortcuts"] = "true"; // keys are for the table, not for the notebook around it
  const onKeyDown = (event: Event) => event.stopPropagation();
  root.addEventListener("keydown", onKeyDown);
  render(component, root);
  return () => {
    render(null, root);
    root.removeEventListener("keydown", onKeyDown);
  };
}
