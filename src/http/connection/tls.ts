import { isIP, type Socket } from 'node:net';
import { connect, createSecureContext, rootCertificates, type SecureContext } from 'node:tls';

/** How certificates are judged. */
export interface TlsOptions {
  /** True: certificates are not checked. */
  readonly insecure: boolean;
  /** Certificates of authorities (PEM), trusted beside Node's own. */
  readonly ca?: readonly string[] | undefined;
}

/** Who is to be at the other end of a TLS connection. */
export interface TlsTarget {
  /** Name or address, without brackets: what the certificate has to be of. */
  readonly host: string;
  readonly port: number;
}

/** TLS sessions kept for resumption, of as many hosts; each is some 2 KB. */
const SESSIONS_MAX = 1_000;

/** Opens TLS connections to servers. They share one set of trusted certificates, and resume sessions. */
export class TlsClient {
  readonly #insecure: boolean;
  readonly #secureContext: SecureContext;
  readonly #sessions = new Map<string, Buffer>();

  constructor({ insecure, ca }: TlsOptions) {
    this.#insecure = insecure;
    // One for all: reading some hundred certificates takes milliseconds.
    this.#secureContext = createSecureContext(ca === undefined ? {} : { ca: [...rootCertificates, ...ca] });
  }

  /** Starts a handshake on a connection that leads to the target, offering HTTP/1.1 unless told otherwise. What it gives emits `secureConnect` or `error`. */
  open(target: TlsTarget, socketBelow: Socket, alpnProtocols: readonly string[] = ['http/1.1']): Socket {
    const key = `${target.host}:${target.port}`;
    const session = this.#sessions.get(key);
    const socket = connect({
      ...target,
      socket: socketBelow,
      secureContext: this.#secureContext,
      rejectUnauthorized: !this.#insecure,
      ALPNProtocols: [...alpnProtocols],
      // An address is no server name (RFC 6066, 3), nor has a name there a dot at its end.
      servername: isIP(target.host) === 0 ? target.host.replace(/\.$/, '') : '',
      ...(session === undefined ? {} : { session }),
    });
    socket.on('session', (ticket: Buffer) => this.#remember(key, ticket));
    return socket;
  }

  #remember(key: string, ticket: Buffer): void {
    this.#sessions.delete(key);
    this.#sessions.set(key, ticket);
    if (this.#sessions.size <= SESSIONS_MAX) return;
    for (const oldest of this.#sessions.keys()) {
      this.#sessions.delete(oldest);
      break;
    }
  }
}
