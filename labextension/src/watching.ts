/** Asks for changes as long as somebody can see where they are shown. */

const EVERY_MS = 4_000;

/** Begin; returns what ends it. */
export function watchWhileInSight(host: HTMLElement, model: { watch(): Promise<void> }, everyMs = EVERY_MS): () => void {
  let isInSight = true;
  const ask = () => {
    if (isInSight && !document.hidden) void model.watch();
  };
  const observer = new IntersectionObserver((entries) => {
    isInSight = entries.some((entry) => entry.isIntersecting);
    ask();
  });
  observer.observe(host);
  document.addEventListener("visibilitychange", ask);
  const timer = window.setInterval(ask, everyMs);
  return () => {
    observer.disconnect();
    document.removeEventListener("visibilitychange", ask);
    window.clearInterval(timer);
  };
}
