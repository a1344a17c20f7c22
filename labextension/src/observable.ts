/** The base of the models that components show: it tells those who listen that its state has changed. */

export abstract class Observable {
  private listeners = new Set<() => void>();

  /** Be told of each change; returns what ends that. */
  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Tell all who listen. */
  protected tell(): void {
    for (const listener of this.listeners) listener();
  }

  /** Tell nobody any more. */
  protected forgetListeners(): void {
    this.listeners.clear();
  }
}
