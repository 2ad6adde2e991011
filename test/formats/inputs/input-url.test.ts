import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { RecordError } from '../../../src/core/errors.ts';
import type { FailureCode } from '../../../src/core/failure-codes.ts';
import { parseInputUrl } from '../../../src/formats/inputs/input-url.ts';

describe('a line', () => {
  reads('with a scheme is taken as it is', {
    'http://example.com': 'http://example.com/',
    'HTTPS://EXAMPLE.com/A?b=C#d': 'https://example.com/A?b=C#d',
    'http:example.com/x': 'http://example.com/x',
    'https://example.com:443/': 'https://example.com/',
    'http://user:secret@example.com/': 'http://user:secret@example.com/',
    'https://example.com/a b': 'https://example.com/a%20b',
  });

  reads('without a scheme is https', {
    'example.com': 'https://example.com/',
    'example.com/a?b#c': 'https://example.com/a?b#c',
    'www.example.com/http://other.example/': 'https://www.example.com/http://other.example/',
    'example.com/?u=mailto:a@b': 'https://example.com/?u=mailto:a@b',
    '//example.com/x': 'https://example.com/x',
    '192.0.2.1/x': 'https://192.0.2.1/x',
  });

  reads('that starts with a host and a port has no scheme', {
    'localhost:8080/x': 'https://localhost:8080/x',
    'localhost:8080': 'https://localhost:8080/',
    'localhost:8080?q': 'https://localhost:8080/?q',
    'localhost:8080#f': 'https://localhost:8080/#f',
    'example.com:443/x': 'https://example.com/x',
    '192.0.2.1:80': 'https://192.0.2.1:80/',
    'my_host:8080/x': 'https://my_host:8080/x',
  });

  reads('may name an IPv6 address', {
    '[2001:db8::1]/x': 'https://[2001:db8::1]/x',
    '[2001:db8::1]:8080/x': 'https://[2001:db8::1]:8080/x',
    'http://[::1]/': 'http://[::1]/',
  });

  reads('may name a host in any script, which becomes its ASCII form', {
    'müller.example/ä': 'https://xn--mller-kva.example/%C3%A4',
    'http://例え.テスト:8080/': 'http://xn--r8jz45g.xn--zckzah:8080/',
    'MÜLLER.example:80/x': 'https://xn--mller-kva.example:80/x',
  });
});

describe('a line that is no URL', () => {
  refuses('fails as such', 'invalid-url', [
    'http://',
    'https://',
    '//',
    'hello world',
    'https://exa mple.com/',
    'localhost:99999',
    '[::1',
    'https://[::1/',
    'http://example.com:port/',
    'https://256.256.256.256/',
    ':',
    '::',
  ]);

  refuses('for want of a host fails, and no part of its path is taken for one', 'invalid-url', [
    '/path',
    '/path/to?x',
    '?query',
    '#fragment',
    '\\\\server\\share',
    '/',
  ]);

  refuses('with a tab or a line end in it fails, rather than be joined', 'invalid-url', [
    'https://example.com/\tlabel',
    'https://a.example/\rhttps://b.example/',
    'https://a.example/\nhttps://b.example/',
  ]);

  it('fails when it was too long, or no UTF-8', () => {
    for (const defect of ['too-long', 'not-utf8'] as const) {
      assert.throws(() => parseInputUrl({ text: 'https://example.com/', defect }), { code: 'invalid-url' });
    }
  });

  it('is named in the message, but not beyond 200 characters', () => {
    assert.throws(() => parseInputUrl({ text: 'not a url' }), /^RecordError: "not a url": /);
    const long = `bad url ${'x'.repeat(10_000)}`;
    assert.throws(
      () => parseInputUrl({ text: long }),
      ({ message }: Error) => message.length < 320,
    );
  });
});

refuses('a scheme other than http and https fails as such', 'unsupported-scheme', [
  'mailto:someone@example.com',
  'ftp://example.com/',
  'javascript:alert(1)',
  'data:text/html,x',
  'file:///etc/passwd',
  'ws://example.com/',
  'urn:isbn:0451450523',
]);

it('any line gives an http(s) URL with a host, or a RecordError', () => {
  const piece = fc.constantFrom(
    'http',
    'https:',
    '://',
    '/',
    ':',
    '8080',
    'a.example',
    '@',
    '[',
    '::1',
    ']',
    '?',
    '#',
    ' ',
    'é',
    '\\',
    '%',
    '.',
  );
  const line = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(piece, { maxLength: 8 }).map((pieces) => pieces.join('')),
  );
  fc.assert(
    fc.property(line, (text) => {
      try {
        const url = parseInputUrl({ text });
        assert.match(url.href, /^https?:\/\/[^/]+\//);
      } catch (error) {
        if (!(error instanceof RecordError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});

function reads(title: string, expected: Readonly<Record<string, string>>): void {
  it(title, () => {
    const hrefs = Object.keys(expected).map((text) => [text, parseInputUrl({ text }).href]);
    assert.deepEqual(Object.fromEntries(hrefs), expected);
  });
}

function refuses(title: string, code: FailureCode, texts: readonly string[]): void {
  it(title, () => {
    for (const text of texts) assert.throws(() => parseInputUrl({ text }), { name: 'RecordError', code }, text);
  });
}
