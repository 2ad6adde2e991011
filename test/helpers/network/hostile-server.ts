import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** A request as it came over a raw socket. */
export interface RawRequest {
  /** From the request line. */
  readonly path: string;
  /** The whole header, line ends included. */
  readonly head: string;
  /** Which request on the server this is, from 1. */
  readonly number: number;
  /** Which request on its connection this is, from 1. */
  readonly numberOnSocket: number;
}

/** Answers by writing what it likes to the socket. */
export type Misbehaviour = (socket: Socket, request: RawRequest) => void;

/** A server that speaks HTTP as badly as its script wants. */
export interface HostileServer {
  /** `http://127.0.0.1:45123`. */
  readonly origin: string;
  readonly port: number;
  /** Headers of all requests so far. */
  readonly requests: readonly RawRequest[];
  /** Connections accepted so far. */
  readonly accepted: number;
  /** Connections that are open now. */
  readonly open: number;
  /** Resolves once no connection is open. */
  allClosed(): Promise<void>;
  /** Stops, breaking off what is open. Bound, so that `t.after(server.close)` works. */
  readonly close: () => Promise<void>;
}

/** Starts a server on 127.0.0.1 that hands each complete request header to `answer`, with the raw socket. */
export async function startHostileServer(answer: Misbehaviour): Promise<HostileServer> {
  const sockets = new Set<Socket>();
  const requests: RawRequest[] = [];
  let accepted = 0;
  const server = createServer((socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.once('close', () => {
      sockets.delete(socket);
      if (sockets.size === 0) server.emit('allClosed');
    });
    // Peers that hang up are part of the game.
    socket.on('error', () => {});
    readRequests(socket, (path, head, numberOnSocket) => {
      const request = { path, head, number: requests.length + 1, numberOnSocket };
      requests.push(request);
      answer(socket, request);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://127.0.0.1:${port}`,
    port,
    requests,
    get accepted() {
      return accepted;
    },
    get open() {
      return sockets.size;
    },
    allClosed: async () => {
      if (sockets.size > 0) await once(server, 'allClosed');
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

function readRequests(socket: Socket, onRequest: (path: string, head: string, numberOnSocket: number) => void): void {
  let text = '';
  let count = 0;
  socket.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1');
    for (let end = text.indexOf('\r\n\r\n'); end !== -1; end = text.indexOf('\r\n\r\n')) {
      const head = text.slice(0, end + 4);
      text = text.slice(end + 4);
      count += 1;
      onRequest(head.split(' ')[1] ?? '', head, count);
    }
  });
}

/** Writes `piece` again and again, as fast as it is taken or every `intervalMs`, until the socket closes. */
export function writeForever(socket: Socket, piece: string | Uint8Array, intervalMs = 0): void {
  if (intervalMs > 0) {
    const timer = setInterval(() => socket.write(piece), intervalMs);
    socket.once('close', () => clearInterval(timer));
    return;
  }
  const writeMore = () => {
    while (!socket.destroyed && socket.write(piece));
  };
  socket.on('drain', writeMore);
  writeMore();
}
