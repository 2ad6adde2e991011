/** Numbers of the tag itself, which stand before those of its attributes. */
const TAG_FIELDS = 4;
const ATTRIBUTE_FIELDS = 5;

/**
 * A whole start tag as the module markup-skipper.wat has read it: positions in the chunk. Valid until the next tag is read.
 *
 * Its attributes are those whose names may matter, in order, at most 164; tags that have more are not read.
 */
export class TagTable {
  readonly #numbers: Int32Array;

  /** `numbers`: the place in the module's memory, from the tag's end on. */
  constructor(numbers: Int32Array) {
    this.#numbers = numbers;
  }

  /** False where no tag was read. */
  get isWhole(): boolean {
    return this.#numbers[0] !== 0;
  }

  /** Behind its `>`. */
  get end(): number {
    return this.#numbers[0] ?? 0;
  }

  get nameEnd(): number {
    return this.#numbers[1] ?? 0;
  }

  get isSelfClosing(): boolean {
    return this.#numbers[2] === 1;
  }

  get attributeCount(): number {
    return this.#numbers[3] ?? 0;
  }

  nameStartOf(attribute: number): number {
    return this.#fieldOf(attribute, 0);
  }

  nameEndOf(attribute: number): number {
    return this.#fieldOf(attribute, 1);
  }

  /** Behind the quote. */
  valueStartOf(attribute: number): number {
    return this.#fieldOf(attribute, 2);
  }

  valueEndOf(attribute: number): number {
    return this.#fieldOf(attribute, 3);
  }

  /** True where each character of the value stands for itself; of some such values, it is not known. */
  isPlain(attribute: number): boolean {
    return this.#fieldOf(attribute, 4) === 1;
  }

  #fieldOf(attribute: number, field: number): number {
    return this.#numbers[TAG_FIELDS + attribute * ATTRIBUTE_FIELDS + field] ?? 0;
  }
}
