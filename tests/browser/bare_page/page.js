// A host of anywidget: imports the module of a widget from a blob, and gives it a model whose other side is Python.

const revive = (value) => {
  if (Array.isArray(value)) return value.map(revive);
  if (value === null || typeof value !== "object") return value;
  if ("$bytes" in value) {
    const text = atob(value.$bytes);
    return new DataView(Uint8Array.from(text, (letter) => letter.charCodeAt(0)).buffer);
  }
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, revive(each)]));
};

class Model {
  constructor(state) {
    this.state = state;
    this.listeners = {};
    this.changed = {};
  }
  get(name) {
    return this.state[name];
  }
  set(name, value) {
    this.state[name] = value;
    this.changed[name] = value;
  }
  save_changes() {
    void window.save(this.changed);
    this.changed = {};
  }
  async send(content) {
    for (const { content: sent, buffers } of await window.receive(content)) this.tell("msg:custom", sent, revive(buffers));
  }
  on(name, callback) {
    (this.listeners[name] ??= new Set()).add(callback);
  }
  off(name, callback) {
    this.listeners[name]?.delete(callback);
  }
  tell(name, ...words) {
    for (const callback of this.listeners[name] ?? []) callback(...words);
  }
}

// The tests' own, which are no names of a widget.
Object.assign(window, { violations: [], widget: null, other: null });
document.addEventListener("securitypolicyviolation", (event) => {
  window.violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`);
});

// What is in use of the page: its listeners, observers and clocks.
const held = new Set();
for (const target of [window, document]) {
  const { addEventListener, removeEventListener } = target;
  const find = (type, listener) => [...held].find((each) => each.type === type && each.listener === listener);
  target.addEventListener = function (type, listener, ...options) {
    if (!find(type, listener)) held.add({ type, listener });
    addEventListener.call(this, type, listener, ...options);
  };
  target.removeEventListener = function (type, listener, ...options) {
    held.delete(find(type, listener));
    removeEventListener.call(this, type, listener, ...options);
  };
}
for (const name of ["IntersectionObserver", "MutationObserver", "ResizeObserver"]) {
  window[name] = class extends window[name] {
    observe(...words) {
      held.add(this);
      super.observe(...words);
    }
    disconnect() {
      held.delete(this);
      super.disconnect();
    }
  };
}
const { setInterval, clearInterval } = window;
window.setInterval = (...words) => {
  const clock = setInterval(...words);
  held.add(clock);
  return clock;
};
window.clearInterval = (clock) => {
  held.delete(clock);
  clearInterval(clock);
};

window.openWidget = async () => {
  const state = revive(await window.open_state());
  const address = URL.createObjectURL(new Blob([state._esm], { type: "text/javascript" }));
  const before = new Set(Object.getOwnPropertyNames(window));
  const { default: exported } = await import(address);
  URL.revokeObjectURL(address);
  const widget = typeof exported === "function" ? await exported() : exported;
  const atFirst = held.size;
  const model = new Model(state);
  const host = document.createElement("main");
  document.body.append(host);
  await widget.initialize?.({ model });
  const render = () => widget.render({ model, el: host });
  const dispose = await render();
  return {
    exports: Object.keys(widget),
    held: () => held.size - atFirst,
    render,
    globals: () => Object.getOwnPropertyNames(window).filter((name) => !before.has(name)),
    heard: () => Object.values(model.listeners).reduce((count, each) => count + each.size, 0),
    dispose,
    host,
  };
};
