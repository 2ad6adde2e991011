import { isIP, type Socket } from 'node:net';
import type { buildConnector } from 'undici';
import type { HttpProxy } from './http-proxy.ts';
import { ProxyRefusal, ProxyUnreachable } from './proxy-error.ts';

/** Where a tunnel is to lead. */
export interface TunnelTarget {
  /** Name or address, without brackets. */
  readonly host: string;
  readonly port: number;
}

/** A proxy's answer to CONNECT is a status line and a few fields. */
const ANSWER_MAX_BYTES = 16_384;

/**
 * Asks a proxy for a tunnel (CONNECT; RFC 9110, 9.3.6) over a connection to it, and calls back once it stands, or with
 * what kept it from standing. What follows the proxy's header stays in the socket: it comes from the target.
 *
 * Bound: 16 KB of header. Time: the caller's, who destroys the socket. The name is resolved by the proxy.
 */
export function openTunnel(
  socket: Socket,
  proxy: HttpProxy,
  target: TunnelTarget,
  callback: buildConnector.Callback,
): void {
  let received: Buffer<ArrayBufferLike> = Buffer.alloc(0);
  const onReadable = () => {
    for (let chunk: Buffer | null = socket.read(); chunk !== null; chunk = socket.read()) {
      received = Buffer.concat([received, chunk]);
      const answer = parseAnswer(received);
      if (answer === 'incomplete') continue;
      finish(answerError(answer, proxy), answer === 'invalid' ? undefined : received.subarray(answer.bytes));
      return;
    }
  };
  const onEnd = () =>
    finish(new ProxyUnreachable(proxy, 'ECONNREFUSED', 'the connection ended before CONNECT was answered'));
  const finish = (error: Error | undefined, rest?: Buffer) => {
    socket.off('readable', onReadable);
    socket.off('end', onEnd);
    socket.off('close', onEnd);
    if (error === undefined && rest !== undefined && rest.length > 0) socket.unshift(rest);
    if (error === undefined) callback(null, socket);
    else callback(error, null);
  };
  socket.on('readable', onReadable);
  socket.on('end', onEnd);
  socket.on('close', onEnd);
  socket.write(requestHead(proxy, target));
}

interface Answer {
  readonly status: number;
  /** Of the header, interim ones before it included. */
  readonly bytes: number;
}

function requestHead({ authorization }: HttpProxy, { host, port }: TunnelTarget): string {
  const authority = `${isIP(host) === 6 ? `[${host}]` : host}:${port}`;
  const credentials = authorization === undefined ? '' : `Proxy-Authorization: ${authorization}\r\n`;
  return `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n${credentials}\r\n`;
}

/** Interim answers (1xx) are passed over (RFC 9110, 15.2). */
function parseAnswer(received: Buffer): Answer | 'incomplete' | 'invalid' {
  let start = 0;
  for (;;) {
    const end = received.indexOf('\r\n\r\n', start);
    if (end === -1) return received.length > ANSWER_MAX_BYTES ? 'invalid' : 'incomplete';
    const status = Number(
      /^HTTP\/1\.[01] ([1-9]\d\d)(?: |\r\n)/.exec(received.toString('latin1', start, end + 2))?.[1],
    );
    if (Number.isNaN(status)) return 'invalid';
    start = end + 4;
    if (status > 199) return { status, bytes: start };
  }
}

function answerError(answer: Answer | 'invalid', proxy: HttpProxy): Error | undefined {
  if (answer === 'invalid') return new ProxyUnreachable(proxy, 'HPE_INVALID_CONSTANT', 'the answer is not valid HTTP');
  return answer.status < 300 ? undefined : new ProxyRefusal(proxy, answer.status);
}
