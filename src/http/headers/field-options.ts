import { z } from 'zod';
import { printable } from '../../core/printable.ts';

/** tchar of RFC 9110, 5.6.2. */
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Visible characters, space, tab and the bytes beyond ASCII (RFC 9110, 5.5). */
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** They frame the message or belong to the connection, so they are ours to set. */
const RESERVED = new Set([
  'connection',
  'content-length',
  'expect',
  'host',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

const SHOWN_NAME_MAX = 60;

/** The option that is a map of header fields. What is wrong with a field is told with its place, and without its value. */
export function fieldsOption() {
  return z.record(z.string(), z.string()).superRefine((fields, context) => {
    for (const [name, value] of Object.entries(fields)) {
      const message = fieldProblem(name, value);
      if (message !== undefined) context.addIssue({ code: 'custom', path: [name], message });
    }
  });
}

/** The option that is the value of the field User-Agent. */
export function userAgentOption() {
  return z.string().min(1).refine(isFieldValue, { error: 'expected printable characters without line breaks' });
}

/** Says why a field can't be sent, without its value; undefined where it can. */
export function fieldProblem(name: string, value: string): string | undefined {
  const shown = `"${printable(name, SHOWN_NAME_MAX)}"`;
  if (!NAME.test(name)) return `${shown} is no name of a header field`;
  if (RESERVED.has(name.toLowerCase())) return `${shown} is set by sluice itself and can't be given`;
  return isFieldValue(value) ? undefined : `the value of ${shown} must be printable characters without line breaks`;
}

/** Whether a text can be the value of a header field. */
export function isFieldValue(text: string): boolean {
  return VALUE.test(text);
}
