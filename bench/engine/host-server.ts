import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

interface Ready {
  readonly port: number;
  readonly refusedPort: number;
  readonly links: number;
}

interface Served {
  readonly served: number;
}

/** How a host behaves: gives a page after a time, always asks for patience, accepts and never answers, or refuses. */
export type Behaviour = { readonly pageAfterMs: number } | 'busy' | 'hole' | 'refused';

/** As many loopback hosts as one asks for, in a process of its own. */
export class HostServer {
  readonly #process: ChildProcess;
  readonly #ready: Ready;
  #served = 0;

  private constructor(child: ChildProcess, ready: Ready) {
    this.#process = child;
    this.#ready = ready;
    this.onServed((count) => {
      this.#served = count;
    });
  }

  /** Starts it; resolves when it listens. To be closed by the caller. */
  static async start(): Promise<HostServer> {
    // Plain Node, whatever this process runs under.
    const child = fork(new URL('server.mjs', import.meta.url), { execArgv: [] });
    const [ready] = (await once(child, 'message')) as [Ready];
    return new HostServer(child, ready);
  }

  /** The URL of a page on host number `host`, from 0 up to 16 million. Different pages have different numbers. */
  url(host: number, page: number, behaviour: Behaviour): string {
    const { port, refusedPort } = this.#ready;
    const origin = `http://${addressOf(host)}:${behaviour === 'refused' ? refusedPort : port}`;
    return typeof behaviour === 'string'
      ? `${origin}/${behaviour}/${page}`
      : `${origin}/page/${behaviour.pageAfterMs}/${page}`;
  }

  /** Distinct ones of each page. */
  get links(): number {
    return this.#ready.links;
  }

  /** Pages served since the start, counted in twenties. */
  get served(): number {
    return this.#served;
  }

  /** Calls `listener` after every 20th page, with the number of pages served since the start, until the function it gives is called. */
  onServed(listener: (count: number) => void): () => void {
    const onMessage = ({ served }: Served) => listener(served);
    this.#process.on('message', onMessage);
    return () => this.#process.off('message', onMessage);
  }

  async close(): Promise<void> {
    const exit = once(this.#process, 'exit');
    this.#process.disconnect();
    await exit;
  }
}

/** From 127.0.1.0 on, which leaves out the addresses that other programs are likely to listen on. */
function addressOf(host: number): string {
  const number = host + 256;
  return `127.${(number >> 16) & 255}.${(number >> 8) & 255}.${number & 255}`;
}
