/** A map over another one, which it leaves as it is. Only what is its own is counted, and walked. */
export class LayeredMap<K, V> extends Map<K, V> {
  readonly #below: ReadonlyMap<K, V>;

  constructor(below: ReadonlyMap<K, V>) {
    super();
    this.#below = below;
  }

  override get(key: K): V | undefined {
    return super.has(key) ? super.get(key) : this.#below.get(key);
  }

  override has(key: K): boolean {
    return super.has(key) || this.#below.has(key);
  }
}
