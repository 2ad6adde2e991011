import type { PageFacts } from '../../core/record.ts';
import type { Head } from '../exchange/exchange.ts';

/** What tells one version of a page from another (RFC 9110, 8.8), as its server sent it. */
export type Validators = Pick<PageFacts, 'etag' | 'lastModified'>;

/** Longer ones are no tags but somebody's idea of storage. */
export const ETAG_MAX_LENGTH = 255;

/** What can be sent back in a header field: an ETag need not be well-formed for that. */
const SENDABLE = /^[\x20-\x7e\x80-\xff]+$/;
const LAST_MODIFIED_MAX_LENGTH = 64;

/** The validators of an answer; what could not be sent back, or is too long, is left out. */
export function validatorsOf({ etag, 'last-modified': lastModified }: Head['headers']): Validators {
  return {
    ...(isSendable(etag, ETAG_MAX_LENGTH) ? { etag } : {}),
    ...(isSendable(lastModified, LAST_MODIFIED_MAX_LENGTH) ? { lastModified } : {}),
  };
}

/** Thrown for a page that has not changed since the run that its validators are from: neither a page nor a failure. */
export class NotModified extends Error {
  override readonly name = 'NotModified';
  readonly facts: PageFacts;

  constructor(facts: PageFacts) {
    super(`${facts.finalUrl}: not modified`);
    this.facts = facts;
  }
}

/** What an earlier run knows of the page at a URL. */
export type KnownValidators = (url: string) => Validators | undefined;

/** The condition under which one line's page is wanted: only if it has changed since an earlier run. */
export class Condition {
  readonly #known: KnownValidators;
  /** Those that the present request was sent with. */
  #sent: Validators | undefined;
  #isOver = false;

  constructor(known: KnownValidators) {
    this.#known = known;
  }

  /** The fields of a request for `url`, with those that state the condition (RFC 9110, 13.1.2 and 13.1.3), where there is one. */
  addTo(fields: string[], url: string): string[] {
    this.#sent = this.#isOver ? undefined : this.#known(url);
    if (this.#sent === undefined) return fields;
    const { etag, lastModified } = this.#sent;
    return [
      ...fields,
      ...(etag === undefined ? [] : ['if-none-match', etag]),
      ...(lastModified === undefined ? [] : ['if-modified-since', lastModified]),
    ];
  }

  /** Throws NotModified for a 304 that was asked for. Any other answer ends the condition: it has changed, however often it is fetched again. */
  judge(facts: PageFacts): void {
    // A 304 need not repeat what it was asked with (RFC 9110, 15.4.5).
    if (facts.status === 304 && this.#sent !== undefined) throw new NotModified({ ...this.#sent, ...facts });
    if (facts.status < 300) this.#isOver = true;
  }
}

function isSendable(field: string | readonly string[] | undefined, maxLength: number): field is string {
  return typeof field === 'string' && field.length <= maxLength && SENDABLE.test(field);
}
