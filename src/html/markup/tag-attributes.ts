import type { LinkRule } from '../links/link-table.ts';

/** The attributes of the tag in work that matter, in order; their memory serves all tags. */
export class TagAttributes {
  readonly #names: string[] = [];
  readonly #values: (string | null)[] = [];
  readonly #rules: (LinkRule | undefined)[] = [];
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The tag has ended: nothing of it is kept. */
  clear(): void {
    for (let index = 0; index < this.#count; index += 1) this.#values[index] = null;
    this.#count = 0;
  }

  /** Adds an attribute whose value may follow, with its rule if it carries links. */
  add(name: string, rule?: LinkRule): void {
    this.#names[this.#count] = name;
    this.#values[this.#count] = null;
    this.#rules[this.#count] = rule;
    this.#count += 1;
  }

  /** Gives the attribute added last its value; null for one that is too long. */
  setValue(value: string | null): void {
    this.#values[this.#count - 1] = value;
  }

  has(name: string): boolean {
    return this.#indexOf(name) !== -1;
  }

  /** Gives an attribute's value; null where it has none that can be read. */
  valueOf(name: string): string | null {
    const index = this.#indexOf(name);
    return index === -1 ? null : this.valueAt(index);
  }

  ruleAt(index: number): LinkRule | undefined {
    return this.#rules[index];
  }

  valueAt(index: number): string | null {
    return this.#values[index] ?? null;
  }

  #indexOf(name: string): number {
    for (let index = 0; index < this.#count; index += 1) {
      if (this.#names[index] === name) return index;
    }
    return -1;
  }
}
