/** What a key of a table of hosts may look like, for messages. */
export const HOST_PATTERN_TEXT = 'a host, host:port or *.domain, without the default ports 80 and 443';

/**
 * Gives a key of a table of hosts as `HostTable` wants it, spelled like `URL.host`; undefined where it is none.
 *
 * The default ports are refused because they never show in `URL.host`: such a key would match nothing.
 */
export function hostPattern(text: string): string | undefined {
  const wildcard = text.startsWith('*.') ? '*.' : '';
  const bare = text.slice(wildcard.length);
  // Any of these would make it more, or something else, than a host.
  if (bare === '' || /[\s/?#@\\*]/.test(bare) || /:(?:80|443)?$/.test(bare.replace(/\[.*\]/, ''))) return undefined;
  const href = `http://${bare}/`;
  return URL.canParse(href) ? wildcard + new URL(href).host : undefined;
}

/**
 * Values by host: `example.com` and `example.com:8080` stand for that host and port alone, `*.example.com` for every name
 * below it; a name without a port stands for the default port of http and https.
 *
 * Of several that fit, the most specific one counts: the host itself, then the longest domain.
 */
export class HostTable<Value> {
  readonly #hosts = new Map<string, Value>();
  /** By domain and port. */
  readonly #domains = new Map<string, Value>();

  /** Keys as `hostPattern` gives them. */
  constructor(entries: Iterable<readonly [pattern: string, value: Value]>) {
    for (const [pattern, value] of entries) {
      if (pattern.startsWith('*.')) this.#domains.set(pattern.slice(2), value);
      else this.#hosts.set(pattern, value);
    }
  }

  /** How many keys there are. */
  get size(): number {
    return this.#hosts.size + this.#domains.size;
  }

  /** The value for a host, given as `URL.host`. */
  get(host: string): Value | undefined {
    return this.#hosts.get(host) ?? (this.#domains.size === 0 ? undefined : this.#byDomain(host));
  }

  /** A map of all values, by the same keys. */
  map<Other>(change: (value: Value, pattern: string) => Other): HostTable<Other> {
    return new HostTable([
      ...Array.from(this.#hosts, ([host, value]) => [host, change(value, host)] as const),
      ...Array.from(this.#domains, ([domain, value]) => [`*.${domain}`, change(value, `*.${domain}`)] as const),
    ]);
  }

  #byDomain(host: string): Value | undefined {
    for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
      const value = this.#domains.get(host.slice(dot + 1));
      if (value !== undefined) return value;
    }
    return undefined;
  }
}
