import type { LinkDetails } from '../../core/record.ts';
import type { LinkRule } from './link-table.ts';

/** How much a target has taken at some time. */
export interface Mark {
  readonly urls: number;
  readonly hasBase: boolean;
}

/** Takes what a document says of its links. */
export interface LinkTarget {
  /**
   * Takes the value of an attribute that carries links, and what its element says of them. The value may be kept, so it must
   * not keep the page's text alive: no substring of that.
   */
  add(rule: LinkRule, value: string, details?: LinkDetails): void;
  /** Takes the value of a `base` element's `href`, null for one that is too long. Only the first counts, usable or not. */
  addBase(value: string | null): void;
  /** Gives a mark of what was taken so far. */
  mark(): Mark;
  /** Drops what was taken after the mark, a base included. */
  truncate(mark: Mark): void;
}
