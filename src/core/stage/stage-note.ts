/** A table of the reference. */
export interface StageNote {
  readonly heading: string;
  /** A word or two, and what is to be said of it. */
  readonly rows: readonly (readonly [term: string, text: string])[];
}

/** A warning about an option: that it has no effect, or not the one that was meant. */
export interface Advice {
  /** Where it stands within the options: a name, or keys and indexes. */
  readonly option: string | readonly (string | number)[];
  /** A clause without the stop at its end. */
  readonly text: string;
}
