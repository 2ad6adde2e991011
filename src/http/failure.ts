import { RecordError } from '../core/errors.ts';
import type { FailureCode } from '../core/failure-codes.ts';
import { printable } from '../core/printable.ts';
import { ProxyRefusal, ProxyUnreachable } from './proxy/proxy-error.ts';

/** When a foreign call failed: before the connection stood, before the header was there, or in the body. */
export type Phase = 'connecting' | 'waiting' | 'reading';

/** Certificates' names may fill a message with kilobytes. */
const DETAIL_LENGTH_MAX = 200;

/**
 * Turns an error of undici, Node's sockets, TLS or DNS into ours, by its code. A RecordError comes back as it is.
 *
 * `url` is shown in the message and must be free of credentials. The original is the `cause`.
 * An error without a code is a bug of ours or theirs, and comes back as it is too.
 */
export function toFailure(error: unknown, url: string, phase: Phase): Error {
  if (error instanceof RecordError) return error;
  if (!(error instanceof Error)) return new Error('what was thrown is no Error', { cause: error });
  if (error instanceof ProxyRefusal) {
    const { status } = error;
    return new RecordError('http-status', `${url}: ${error.message}`, { cause: error, facts: { status } });
  }
  const code = failureCode(error, phase);
  if (code === undefined) return error;
  const text = code === 'tls' ? tlsDetail(error) : (obscured(error, phase) ?? detail(error));
  return new RecordError(code, `${url}: ${sentences[code] ?? code} (${text})`, { cause: error });
}

/** Whether a connection could not be had because this process or the machine has no file descriptor left: no fault of the host's. */
export function isOutOfDescriptors({ cause }: RecordError): boolean {
  const code = cause instanceof Error ? codeOf(cause) : '';
  return code === 'EMFILE' || code === 'ENFILE';
}

const sentences: Partial<Record<FailureCode, string>> = {
  dns: 'the host name could not be resolved',
  'connect-refused': 'no connection',
  'connect-timeout': 'no connection in time',
  tls: 'no TLS connection',
  reset: 'the connection broke',
  protocol: 'the answer is not valid HTTP',
  cancelled: 'the run was stopped',
};

/** Node and undici name what happened in `code`; what is not listed here is matched by the families below. */
const byCode: Readonly<Record<string, FailureCode>> = {
  ECONNREFUSED: 'connect-refused',
  EHOSTUNREACH: 'connect-refused',
  EHOSTDOWN: 'connect-refused',
  ENETUNREACH: 'connect-refused',
  ENETDOWN: 'connect-refused',
  EADDRNOTAVAIL: 'connect-refused',
  EACCES: 'connect-refused',
  EPERM: 'connect-refused',
  // Out of file descriptors: see `isOutOfDescriptors`.
  EMFILE: 'connect-refused',
  ENFILE: 'connect-refused',
  ECONNRESET: 'reset',
  ECONNABORTED: 'reset',
  EPIPE: 'reset',
  // Where the connection stands, it is the kernel that gave up on a peer which acknowledges nothing.
  ETIMEDOUT: 'reset',
  EPROTO: 'tls',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_CLOSED: 'cancelled',
  UND_ERR_DESTROYED: 'cancelled',
  UND_ERR_ABORTED: 'cancelled',
  UND_ERR_INFO: 'reset',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'reset',
  UND_ERR_HEADERS_OVERFLOW: 'protocol',
  HTTP2_RESET: 'reset',
  HTTP2_PROTOCOL: 'protocol',
  // The end of the stream in the middle of a chunked body.
  HPE_INVALID_EOF_STATE: 'reset',
};

/** OpenSSL's verification results (X509_V_ERR_*) and Node's own TLS errors, as `code` spells them. */
const TLS_CODE =
  /^(ERR_TLS_|ERR_SSL_|ERR_OSSL_|CERT_|CRL_|UNABLE_TO_|DEPTH_ZERO_|SELF_SIGNED_|ERROR_IN_|INVALID_CA|INVALID_PURPOSE|HOSTNAME_MISMATCH|PATH_LENGTH_)/;

function failureCode(error: Error, phase: Phase): FailureCode | undefined {
  const code = codeOf(error);
  if (code === 'ETIMEDOUT' && phase === 'connecting') return 'connect-timeout';
  // undici says so of every parser error of an answer with a Content-Length, also of one in its header.
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' && phase === 'waiting') return 'protocol';
  if (code === 'UND_ERR_SOCKET' && isMisplacedAnswer(error)) return 'protocol';
  const known = byCode[code];
  if (known !== undefined) return known;
  if (TLS_CODE.test(code)) return 'tls';
  // An HTTPParserError has the code of its llhttp error, or none.
  if (code.startsWith('HPE_') || error.name === 'HTTPParserError') return 'protocol';
  // Whatever else has a code came from below, and the server is the likelier cause: it must not be able to end the run.
  if (code !== '') return phase === 'connecting' ? 'connect-refused' : 'protocol';
  return undefined;
}

/** undici has one code for a broken socket and for an answer that must not come here (100 or 101 unasked): only the text differs. */
function isMisplacedAnswer(error: Error): boolean {
  return error.message === 'bad response' || error.message === 'bad upgrade';
}

/** What undici's own message hides, as far as it can be told. */
function obscured(error: Error, phase: Phase): string | undefined {
  if (phase !== 'waiting') return undefined;
  const code = codeOf(error);
  // It compares lengths before it looks at what the parser says: two lengths, or a bad field behind one, end here.
  if (code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH') return 'error in the header, at a Content-Length or behind it';
  // An assertion on what the parser let through: a status below 100.
  return code === 'ERR_ASSERTION' ? 'a status or a header that cannot be' : undefined;
}

function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function detail(error: Error): string {
  const code = codeOf(error);
  // Several addresses were tried: the first one's error stands for all.
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  const text = printable(first instanceof Error ? first.message : String(first), DETAIL_LENGTH_MAX);
  return text.includes(code) ? text : `${code}: ${text}`;
}

/** OpenSSL's messages are for its developers: `80AC…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/…`. */
const OPENSSL_REASON = /:[^:]* routines:[^:]*:([^:]+):/;

/** Results of checking a certificate that the options `ca` and `insecure` are about. */
const UNTRUSTED = /^(DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_(GET|VERIFY)_|CERT_UNTRUSTED)/;

/** Node 24 adds what its own users may try; ours have flags for it. */
const NODE_ADVICE = /; if the root CA is installed locally,.*$/;

function tlsDetail(error: Error): string {
  const isOfProxy = error instanceof ProxyUnreachable;
  const origin = isOfProxy && error.cause instanceof Error ? error.cause : error;
  const named = 'reason' in origin && typeof origin.reason === 'string' ? origin.reason : undefined;
  const reason = named ?? OPENSSL_REASON.exec(origin.message)?.[1] ?? origin.message.replace(NODE_ADVICE, '');
  const text = `${printable(reason, DETAIL_LENGTH_MAX)}${tlsAdvice(reason, codeOf(error))}`;
  return isOfProxy ? `proxy ${error.proxy}: ${text}` : text;
}

function tlsAdvice(reason: string, code: string): string {
  // What came instead of a TLS record is most often the answer of a server that speaks HTTP.
  if (reason === 'wrong version number') return '; it seems to be plain HTTP: try http://';
  return UNTRUSTED.test(code) ? '; see ca and insecure' : '';
}
