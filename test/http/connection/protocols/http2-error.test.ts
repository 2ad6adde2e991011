import assert from 'node:assert/strict';
import { constants } from 'node:http2';
import { test } from 'node:test';
import { Http2Error } from '../../../../src/http/connection/protocols/http2-error.ts';

test('an error of HTTP/2 has its name in the message, and tells a misunderstanding from what may heal', () => {
  const shown = (code: number) => {
    const error = Http2Error.of(code, undefined);
    return [error.message, error instanceof Http2Error && error.code];
  };
  assert.deepEqual(shown(constants.NGHTTP2_REFUSED_STREAM), ['the stream was closed: REFUSED_STREAM', 'HTTP2_RESET']);
  assert.deepEqual(shown(constants.NGHTTP2_PROTOCOL_ERROR), [
    'the stream was closed: PROTOCOL_ERROR',
    'HTTP2_PROTOCOL',
  ]);
  assert.deepEqual(shown(constants.NGHTTP2_ENHANCE_YOUR_CALM), [
    'the stream was closed: ENHANCE_YOUR_CALM',
    'HTTP2_RESET',
  ]);
  assert.deepEqual(shown(constants.NGHTTP2_HTTP_1_1_REQUIRED), [
    'the stream was closed: HTTP_1_1_REQUIRED',
    'HTTP2_PROTOCOL',
  ]);
  assert.deepEqual(shown(0), ['the stream was closed: NO_ERROR', 'HTTP2_RESET']);
  assert.deepEqual(shown(99), ['the stream was closed: code 99', 'HTTP2_RESET']);
});

test("an error of the socket's own comes back as it is", () => {
  const error = Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' });
  assert.equal(Http2Error.of(constants.NGHTTP2_CANCEL, error), error);
});
