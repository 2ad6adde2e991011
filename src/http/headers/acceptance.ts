import { RecordError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { PageType } from '../../core/record.ts';
import { contentCodings } from '../decoding/decode.ts';
import type { Head } from '../exchange/exchange.ts';
import { WANTS_CREDENTIALS } from '../proxy/proxy-error.ts';
import { contentTypeOf, isGzipFile, pageTypeOf } from './content-type.ts';

/** Which answers are taken. */
export interface Acceptance {
  /** The types of pages that are taken; `any`: whatever it is. */
  readonly types: readonly PageType[] | 'any';
  /** Of a body, decoded. */
  readonly maxBytes: number;
  /** Whether a larger body is taken as well: as much of it. */
  readonly truncate: boolean;
}

/**
 * Judges an answer by its head: gives the body's codings in the order in which they are to be undone.
 *
 * `url` is shown in messages. Errors: RecordError `http-status`, `not-html`, `decode` (a coding that we can't undo) or
 * `too-large` (by the length that it announces).
 */
export function acceptedCodings({ status, headers }: Head, url: string, accepted: Acceptance): readonly string[] {
  const codings = contentCodings(headers['content-encoding']);
  if (status < 200 || status > 299) {
    // Of a proxy that is asked for http URLs (RFC 9110, 15.5.8): no other server has a use for it.
    const advice = status === 407 ? `, ${WANTS_CREDENTIALS}` : '';
    throw new RecordError('http-status', `${url}: answered with status ${status}${advice}`, { facts: { status } });
  }
  if (isWithoutContent(status)) return codings ?? [];
  const contentType = contentTypeOf(headers);
  const { types } = accepted;
  const type = pageTypeOf(contentType);
  if (types !== 'any' && (type === undefined || !types.includes(type))) {
    throw new RecordError('not-html', `${url}: not ${types.map(nameOf).join(' or ')} but ${shown(contentType)}`);
  }
  if (codings === undefined) {
    throw new RecordError(
      'decode',
      `${url}: a Content-Encoding that we do not take: ${shown(headers['content-encoding'])}`,
    );
  }
  if (!accepted.truncate && Number(headers['content-length']) > accepted.maxBytes) {
    const text = `${url}: ${shown(headers['content-length'])} bytes, more than ${accepted.maxBytes}`;
    throw new RecordError('too-large', text);
  }
  // A server that says both has applied it once.
  const isCompressedFile = types !== 'any' && codings.length === 0 && isGzipFile(contentType);
  return isCompressedFile ? ['gzip'] : codings;
}

/** Whether an answer has no content, whatever its header says and whatever follows it (RFC 9110, 15.3.5 and 15.3.6). */
export function isWithoutContent(status: number): boolean {
  return status === 204 || status === 205;
}

function nameOf(type: PageType): string {
  return type === 'text' ? type : type.toUpperCase();
}

const SHOWN_FIELD_MAX = 100;

/** A field from outside, for a message. */
function shown(field: string | readonly string[] | null | undefined): string {
  return printable(String(field), SHOWN_FIELD_MAX);
}
