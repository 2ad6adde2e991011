import { ConfigError } from '../../core/errors.ts';
import { type Exceptions, parseExceptions } from './exceptions.ts';
import { type HttpProxy, PROXY_FORM, parseProxy } from './http-proxy.ts';

/** Environment variables, read only. */
type Environment = Readonly<Record<string, string | undefined>>;

/** Whether a setting says that no proxy is to be used, whatever the environment names. */
export function isNoProxy(setting: string): boolean {
  return setting === '' || setting === 'none';
}

/**
 * Reads which proxies are to be used: the one that is set, or else HTTP_PROXY and HTTPS_PROXY for the URLs of that
 * scheme; in both cases not for the hosts in NO_PROXY. The lower-case spellings go first, as in curl.
 *
 * Gives undefined where there is none. Errors: ConfigError for a proxy that can't be used; its value is not shown.
 */
export function proxiesFrom(setting: string | undefined, env: Environment): Proxies | undefined {
  if (setting !== undefined && isNoProxy(setting)) return undefined;
  const http = setting === undefined ? fromEnvironment('http_proxy', env) : proxyOf(setting, 'proxy');
  const https = setting === undefined ? fromEnvironment('https_proxy', env) : http;
  if (http === undefined && https === undefined) return undefined;
  const exceptions = parseExceptions(env['no_proxy'] ?? env['NO_PROXY'] ?? '');
  return new Proxies({ http, https, exceptions });
}

/** Tells which proxy leads to an origin. */
export class Proxies {
  readonly #http: HttpProxy | undefined;
  readonly #https: HttpProxy | undefined;
  readonly #exceptions: Exceptions;

  constructor(parts: { http: HttpProxy | undefined; https: HttpProxy | undefined; exceptions: Exceptions }) {
    this.#http = parts.http;
    this.#https = parts.https;
    this.#exceptions = parts.exceptions;
  }

  /** The proxy for a URL or an origin; undefined where it is reached directly. */
  for(url: URL | string): HttpProxy | undefined {
    const { protocol, hostname, port } = typeof url === 'string' ? new URL(url) : url;
    const proxy = protocol === 'https:' ? this.#https : this.#http;
    if (proxy === undefined) return undefined;
    const bare = hostname.replace(/^\[(.*)\]$/, '$1');
    return this.#exceptions(bare, Number(port || (protocol === 'https:' ? 443 : 80))) ? undefined : proxy;
  }
}

function fromEnvironment(name: string, env: Environment): HttpProxy | undefined {
  for (const spelling of [name, name.toUpperCase()]) {
    const value = env[spelling];
    if (value !== undefined && value !== '') return proxyOf(value, spelling);
  }
  return undefined;
}

function proxyOf(text: string, name: string): HttpProxy {
  const proxy = parseProxy(text);
  if (proxy === undefined) throw new ConfigError(`${name}: expected a proxy as ${PROXY_FORM}`);
  return proxy;
}
