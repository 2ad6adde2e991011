import { printable } from '../printable.ts';

/**
 * A failure code or a reason to skip of a step of a user's own: two words with a colon between them, `shop:sold-out`. None of ours
 * has a colon, now or later.
 */
export type OwnCode = `${string}:${string}`;

/** What an own code looks like: words of small letters, digits and hyphens, at most 40 characters each. */
export const OWN_CODE = /^[a-z][a-z0-9-]{0,39}:[a-z][a-z0-9-]{0,39}$/;

/** Own codes that a step may use: each is counted in the summary and in every checkpoint. */
const MAX_OWN_CODES = 100;

/** The codes that a step of a user's own has used. */
export class OwnCodes {
  readonly #used = new Set<string>();

  /** Says what is wrong with a code that is none of ours; undefined where it can be used. */
  problemOf(code: unknown): string | undefined {
    if (typeof code !== 'string' || !OWN_CODE.test(code)) {
      const found = typeof code === 'string' ? JSON.stringify(printable(code, 40)) : `a ${typeof code}`;
      return `${found} is none of sluice's; one of your own has two words with a colon between them, such as shop:sold-out`;
    }
    if (this.#used.has(code)) return undefined;
    if (this.#used.size >= MAX_OWN_CODES) return `a step may have ${MAX_OWN_CODES}, and has used as many others`;
    this.#used.add(code);
    return undefined;
  }
}
