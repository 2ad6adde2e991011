import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createServer, type TLSSocket } from 'node:tls';
import { localhostTls } from './tls-site.ts';

/** Types of frames (RFC 9113, 6). */
export const FrameType = { data: 0, headers: 1, reset: 3, settings: 4, ping: 6, goaway: 7 } as const;

/** The bytes of a frame. `payload` in latin1. */
export function frame(type: number, flags: number, stream: number, payload: string | Buffer = ''): Buffer {
  const bytes = typeof payload === 'string' ? Buffer.from(payload, 'latin1') : payload;
  const head = Buffer.alloc(9);
  head.writeUIntBE(bytes.length, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, bytes]);
}

/** A RST_STREAM frame. */
export function resetFrame(stream: number, code: number): Buffer {
  return frame(FrameType.reset, 0, stream, uint32(code));
}

/** A GOAWAY frame. */
export function goawayFrame(lastStream: number, code: number): Buffer {
  return frame(FrameType.goaway, 0, 0, Buffer.concat([uint32(lastStream), uint32(code)]));
}

/** The header of an HTML page, as a HEADERS frame: 200, its type, and fields as given, uncompressed (RFC 7541, 6.2.2). */
export function pageHead(stream: number, fields: Readonly<Record<string, string>> = {}): Buffer {
  const all = { 'content-type': 'text/html', ...fields };
  const lines = Object.entries(all).map(([name, value]) => `\0${text(name)}${text(value)}`);
  // 0x88 stands for `:status: 200`; the flag says that the header is complete.
  return frame(FrameType.headers, 0x4, stream, `\x88${lines.join('')}`);
}

/** Answers a request by the frames that it likes to write. */
export type FrameScript = (socket: TLSSocket, request: { readonly stream: number; readonly number: number }) => void;

/** Starts a server on 127.0.0.1 that speaks HTTP/2 frame by frame: `script` is called for each request. */
export async function startFrameServer(
  script: FrameScript,
): Promise<{ readonly origin: string; readonly accepted: () => number; readonly close: () => Promise<void> }> {
  const sockets = new Set<TLSSocket>();
  let accepted = 0;
  let requests = 0;
  const server = createServer({ ...localhostTls, ALPNProtocols: ['h2'] }, (socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
    socket.write(frame(FrameType.settings, 0, 0));
    readFrames(socket, (type, stream, length) => {
      // Its settings count for the client once they are acknowledged; acknowledgements are as empty as ours.
      if (type === FrameType.settings && length > 0) socket.write(frame(FrameType.settings, ACK, 0));
      if (type !== FrameType.headers) return;
      requests += 1;
      script(socket, { stream, number: requests });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    accepted: () => accepted,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

const ACK = 0x1;

/** `PRI * HTTP/2.0 ...` (RFC 9113, 3.4). */
const PREFACE_LENGTH = 24;

function readFrames(socket: TLSSocket, onFrame: (type: number, stream: number, length: number) => void): void {
  let bytes = Buffer.alloc(0);
  let skip = PREFACE_LENGTH;
  socket.on('data', (chunk: Buffer) => {
    bytes = Buffer.concat([bytes, chunk]);
    if (bytes.length < skip) return;
    bytes = bytes.subarray(skip);
    skip = 0;
    while (bytes.length >= 9 && bytes.length >= 9 + bytes.readUIntBE(0, 3)) {
      const end = 9 + bytes.readUIntBE(0, 3);
      const [type, stream] = [bytes.readUInt8(3), bytes.readUInt32BE(5)];
      bytes = bytes.subarray(end);
      onFrame(type, stream, end - 9);
    }
  });
}

function text(value: string): string {
  return String.fromCharCode(value.length) + value;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
