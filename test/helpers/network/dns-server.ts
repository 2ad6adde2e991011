import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { EventEmitter, once } from 'node:events';

/**
 * What the server says of a name: IPv4 addresses, that there is no such name, that it is in trouble, or nothing.
 * A list of lists: one after the other is said, and the last one from then on.
 */
export type DnsAnswer = readonly string[] | readonly (readonly string[])[] | 'NXDOMAIN' | 'SERVFAIL' | 'silence';

/** A DNS server on loopback that answers A queries; AAAA ones get no records. */
export interface DnsServer {
  /** For `Resolver.setServers`: `127.0.0.1:45123`. */
  readonly address: string;
  /** Names that A records were asked for, in order. */
  readonly asked: readonly string[];
  /** Resolves when an A record has been asked for. */
  readonly hasBeenAsked: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const HEADER_BYTES = 12;
const TYPE_A = 1;
const ANSWER_CODES = { NXDOMAIN: 3, SERVFAIL: 2 } as const;

/** Starts a DNS server (RFC 1035, 4) that knows these names, and no others. `ttls` are in seconds, 60 unless given. */
export async function startDnsServer(
  names: Readonly<Record<string, DnsAnswer>>,
  ttls: Readonly<Record<string, number>> = {},
): Promise<DnsServer> {
  const asked: string[] = [];
  const queries = new EventEmitter();
  const socket = createSocket('udp4');
  socket.on('message', (query, peer) => {
    const { name, type, end } = readQuestion(query);
    if (type === TYPE_A) {
      asked.push(name);
      queries.emit('asked');
    }
    const answer = names[name] ?? 'NXDOMAIN';
    if (answer === 'silence') return;
    const times = asked.filter((other) => other === name).length;
    const addresses = type === TYPE_A ? addressesOf(answer, times) : [];
    const code = answer === 'NXDOMAIN' || answer === 'SERVFAIL' ? ANSWER_CODES[answer] : 0;
    reply({ socket, peer, question: query.subarray(0, end), code, addresses, ttl: ttls[name] ?? 60 });
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return {
    address: `127.0.0.1:${socket.address().port}`,
    asked,
    hasBeenAsked: async () => {
      if (asked.length === 0) await once(queries, 'asked');
    },
    close: async () => {
      socket.close();
      await once(socket, 'close');
    },
  };
}

function addressesOf(answer: DnsAnswer, times: number): readonly string[] {
  if (typeof answer === 'string') return [];
  const said = answer[Math.min(times, answer.length) - 1];
  return typeof said === 'object' ? said : (answer as readonly string[]);
}

function readQuestion(query: Buffer): { name: string; type: number; end: number } {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length));
    at += length + 1;
  }
  return { name: labels.join('.').toLowerCase(), type: query.readUInt16BE(at + 1), end: at + 5 };
}

interface Reply {
  readonly socket: Socket;
  readonly peer: RemoteInfo;
  readonly question: Buffer;
  readonly code: number;
  readonly addresses: readonly string[];
  readonly ttl: number;
}

function reply({ socket, peer, question, code, addresses, ttl }: Reply): void {
  const header = Buffer.from(question.subarray(0, HEADER_BYTES));
  // A response, recursion desired and available.
  header.writeUInt16BE(0x8180 | code, 2);
  header.writeUInt16BE(addresses.length, 6);
  header.writeUInt32BE(0, 8);
  const records = addresses.map((address) => {
    // A pointer to the question's name, type A, class IN, the TTL, 4 bytes.
    const record = Buffer.from([
      0xc0,
      HEADER_BYTES,
      0,
      TYPE_A,
      0,
      1,
      0,
      0,
      0,
      0,
      0,
      4,
      ...address.split('.').map(Number),
    ]);
    record.writeUInt32BE(ttl, 6);
    return record;
  });
  socket.send(Buffer.concat([header, question.subarray(HEADER_BYTES), ...records]), peer.port, peer.address);
}
