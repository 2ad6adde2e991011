import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';

/** The two kinds of page that there are. */
export type PageKind = 'small' | 'large';

/** What each page of a kind has. */
export interface PageShape {
  /** On average. */
  readonly bytes: number;
  /** Distinct ones. */
  readonly links: number;
}

interface Ready {
  readonly kind: 'ready';
  readonly ports: readonly number[];
  readonly small: PageShape;
  readonly large: PageShape;
}

interface Served {
  readonly kind: 'served';
  readonly count: number;
}

/** A site on 127.0.0.1 in a process of its own: as many pages as one asks for, on 16 ports that are a host each. */
export class PageServer {
  readonly #process: ChildProcess;
  readonly #ready: Ready;

  private constructor(child: ChildProcess, ready: Ready) {
    this.#process = child;
    this.#ready = ready;
  }

  /** Starts it; resolves when it listens. To be closed by the caller. */
  static async start(): Promise<PageServer> {
    // Plain Node, whatever this process runs under.
    const child = fork(new URL('server.mjs', import.meta.url), { execArgv: [] });
    const [ready] = (await once(child, 'message')) as [Ready];
    return new PageServer(child, ready);
  }

  shape(kind: PageKind): PageShape {
    return this.#ready[kind];
  }

  /** A list of `count` distinct URLs, a line each, the hosts taking turns. */
  list(kind: PageKind, count: number): string {
    const { ports } = this.#ready;
    let lines = '';
    for (let index = 0; index < count; index += 1) {
      lines += `http://127.0.0.1:${ports[index % ports.length]}/${kind}/${index}/\n`;
    }
    return lines;
  }

  /** Calls `listener` after every 1,000th page, with the number of pages served since the start. */
  onServed(listener: (count: number) => void): void {
    this.#process.on('message', (message: Served) => listener(message.count));
  }

  async close(): Promise<void> {
    const exit = once(this.#process, 'exit');
    this.#process.disconnect();
    await exit;
  }
}
