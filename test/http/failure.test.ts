import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errors } from 'undici';
import { RecordError } from '../../src/core/errors.ts';
import { isOutOfDescriptors, type Phase, toFailure } from '../../src/http/failure.ts';

function system(code: string, message = `connect ${code} 192.0.2.1:80`): Error {
  return Object.assign(new Error(message), { code });
}

function codeOf(error: Error, phase: Phase): string {
  const failure = toFailure(error, 'http://a.test/', phase);
  assert.ok(failure instanceof RecordError, String(failure));
  assert.equal(failure.cause, error);
  return failure.code;
}

test('a TLS failure says what OpenSSL found, not where in its source', () => {
  const text =
    'write EPROTO 80AC:error:0A000410:SSL routines:ssl3_read_bytes:sslv3 alert handshake failure:../deps/x.c:1586:';
  const failure = toFailure(system('EPROTO', `${text}SSL alert number 40\n`), 'https://a.test/', 'connecting');
  assert.equal(failure.message, 'https://a.test/: no TLS connection (sslv3 alert handshake failure)');
});

test('an error in a header is told as one, though undici speaks of the length of the body', () => {
  const { message } = toFailure(new errors.ResponseContentLengthMismatchError(), 'http://a.test/', 'waiting');
  assert.match(message, /^http:\/\/a\.test\/: the answer is not valid HTTP \(error in the header,/);
});

test('a status that is none is told without the source of an assertion', () => {
  const { message } = toFailure(
    system('ERR_ASSERTION', 'falsy:\n\n assert(statusCode >= 100)\n'),
    'http://a.test/',
    'waiting',
  );
  assert.equal(message, 'http://a.test/: the answer is not valid HTTP (a status or a header that cannot be)');
});

test('out of file descriptors is told from a refusal', () => {
  for (const [code, expected] of [
    ['EMFILE', true],
    ['ENFILE', true],
    ['ECONNREFUSED', false],
  ] as const) {
    const failure = toFailure(system(code), 'http://a.test/', 'connecting');
    assert.ok(failure instanceof RecordError);
    assert.equal(isOutOfDescriptors(failure), expected, code);
  }
});

describe('an error becomes a failure by its code', () => {
  const cases: readonly [string, Error, Phase][] = [
    ['connect-refused', system('ECONNREFUSED'), 'connecting'],
    ['connect-refused', system('ENETUNREACH'), 'connecting'],
    ['connect-refused', system('EMFILE'), 'connecting'],
    ['connect-refused', system('ENEW_ERROR'), 'connecting'],
    ['connect-timeout', system('ETIMEDOUT'), 'connecting'],
    ['reset', system('ETIMEDOUT'), 'reading'],
    ['reset', system('ECONNRESET'), 'connecting'],
    ['reset', system('EPIPE'), 'waiting'],
    ['reset', new errors.SocketError('other side closed'), 'waiting'],
    ['protocol', new errors.SocketError('bad response'), 'waiting'],
    ['protocol', new errors.SocketError('bad upgrade'), 'waiting'],
    ['protocol', new errors.HeadersOverflowError(), 'waiting'],
    ['protocol', new errors.ResponseContentLengthMismatchError(), 'waiting'],
    ['reset', new errors.ResponseContentLengthMismatchError(), 'reading'],
    ['protocol', system('HPE_INVALID_CONSTANT'), 'waiting'],
    ['protocol', new errors.HTTPParserError('bad'), 'waiting'],
    ['reset', system('HPE_INVALID_EOF_STATE'), 'reading'],
    ['protocol', system('ERR_ASSERTION'), 'reading'],
    ['tls', system('DEPTH_ZERO_SELF_SIGNED_CERT'), 'connecting'],
    ['tls', system('CERT_HAS_EXPIRED'), 'connecting'],
    ['tls', system('UNABLE_TO_VERIFY_LEAF_SIGNATURE'), 'connecting'],
    ['tls', system('ERR_TLS_CERT_ALTNAME_INVALID'), 'connecting'],
    ['tls', system('ERR_SSL_WRONG_VERSION_NUMBER'), 'connecting'],
    ['tls', system('EPROTO'), 'connecting'],
    ['cancelled', new errors.ClientDestroyedError(), 'waiting'],
  ];
  for (const [code, error, phase] of cases) {
    test(`${(error as Error & { code?: string }).code} (${error.message}) while ${phase}: ${code}`, () => {
      assert.equal(codeOf(error, phase), code);
    });
  }
});

test('a failure of ours stays as it is', () => {
  const failure = new RecordError('blocked-address', 'no');
  assert.equal(toFailure(failure, 'http://a.test/', 'connecting'), failure);
});

test('an error without a code is a bug and stays as it is', () => {
  const bug = new TypeError('x is not a function');
  assert.equal(toFailure(bug, 'http://a.test/', 'reading'), bug);
});

test('several addresses that failed are one message, and control characters do not come through', () => {
  const all = Object.assign(new AggregateError([system('ECONNREFUSED', 'first \x1b[31m'), system('ECONNREFUSED')]), {
    code: 'ECONNREFUSED',
  });
  const { message } = toFailure(all, 'http://a.test/', 'connecting');
  assert.equal(message, 'http://a.test/: no connection (ECONNREFUSED: first \\x1B[31m)');
});
