import type { OwnCode } from './user-code/own-code.ts';

/**
 * Why a line failed: the values of `code` in the failures output, each with the sentence that the reference prints.
 *
 * The names are stable: people filter on them. A new one may be added, none is renamed.
 */
export const failureCodes = {
  'invalid-url': 'The line is no URL (WHATWG URL).',
  'blocked-address':
    'The address is private, loopback, link-local or otherwise not public, and private ones are not allowed.',
  'unsupported-scheme': 'The URL is neither http nor https.',
  dns: 'The host name could not be resolved.',
  'connect-refused': 'The host refused the connection, or no route leads to it.',
  'connect-timeout': 'No connection within the time allowed for connecting.',
  tls: 'The TLS handshake failed, or the certificate is not acceptable.',
  'headers-timeout': 'No complete response header within the time allowed.',
  'idle-timeout': 'The body paused for longer than allowed.',
  deadline: 'The whole attempt, redirects included, took longer than allowed.',
  reset: 'The connection broke before the answer was complete.',
  protocol: 'The answer is not valid HTTP.',
  'http-status': 'The final status is not a success (RFC 9110, 15).',
  'too-many-redirects': 'More redirects than allowed.',
  'redirect-loop': 'A redirect led back to a URL of its own chain.',
  'bad-redirect': 'A redirect without a Location, or with one that is no http(s) URL.',
  'too-large': 'The decoded body is larger than allowed, or the page has more links than allowed.',
  decode: 'The body does not decode by its Content-Encoding.',
  'not-html':
    'The answer is not HTML, nor of another type that is accepted, and the pipeline asks for that to be a failure.',
  robots: 'robots.txt does not allow the URL, and the pipeline asks for that to be a failure.',
  'host-down': 'The host was given up on after repeated failures to reach it.',
  unreadable: "A local file or an archive that holds the page can't be read.",
  expression: 'An expression of the pipeline has no value for the record.',
  step: "A step of the user's own, or an external command, refused the record.",
  cancelled: 'The run was stopped before the URL was done.',
} as const;

/** A stable failure code, as in the `code` column of the failures output: one of ours, or one of a step of the user's own. */
export type FailureCode = keyof typeof failureCodes | OwnCode;
