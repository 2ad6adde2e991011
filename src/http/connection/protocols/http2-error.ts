import { constants } from 'node:http2';

/** What of HTTP/2's error codes means that one side doesn't understand the other (RFC 9113, 7). The rest may heal. */
const MISUNDERSTANDINGS: ReadonlySet<number> = new Set([
  constants.NGHTTP2_PROTOCOL_ERROR,
  constants.NGHTTP2_FLOW_CONTROL_ERROR,
  constants.NGHTTP2_FRAME_SIZE_ERROR,
  constants.NGHTTP2_COMPRESSION_ERROR,
  constants.NGHTTP2_INADEQUATE_SECURITY,
  constants.NGHTTP2_HTTP_1_1_REQUIRED,
]);

/** An answer over HTTP/2 that broke off. */
export class Http2Error extends Error {
  override readonly name = 'Http2Error';
  readonly code: 'HTTP2_PROTOCOL' | 'HTTP2_RESET';

  /** `errorCode` is HTTP/2's. */
  constructor(message: string, errorCode: number, options?: ErrorOptions) {
    super(message, options);
    this.code = MISUNDERSTANDINGS.has(errorCode) ? 'HTTP2_PROTOCOL' : 'HTTP2_RESET';
  }

  /** The error of a stream that was closed with `errorCode` before its end, from what Node says of it, if anything. */
  static of(errorCode: number, cause: Error | undefined): Error {
    const code = cause !== undefined && 'code' in cause ? String(cause.code) : '';
    // The socket's own errors speak for themselves.
    if (cause !== undefined && !code.startsWith('ERR_HTTP2_')) return cause;
    // What nghttp2 could not read at all.
    if (code === 'ERR_HTTP2_ERROR') {
      return new Http2Error('not valid HTTP/2', constants.NGHTTP2_PROTOCOL_ERROR, { cause });
    }
    return new Http2Error(`the stream was closed: ${NAMES[errorCode] ?? `code ${errorCode}`}`, errorCode, { cause });
  }
}

/** By code (RFC 9113, 7). */
const NAMES: readonly string[] = [
  'NO_ERROR',
  'PROTOCOL_ERROR',
  'INTERNAL_ERROR',
  'FLOW_CONTROL_ERROR',
  'SETTINGS_TIMEOUT',
  'STREAM_CLOSED',
  'FRAME_SIZE_ERROR',
  'REFUSED_STREAM',
  'CANCEL',
  'COMPRESSION_ERROR',
  'CONNECT_ERROR',
  'ENHANCE_YOUR_CALM',
  'INADEQUATE_SECURITY',
  'HTTP_1_1_REQUIRED',
];
