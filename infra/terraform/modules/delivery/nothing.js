// Nothing is delivered outside the prefixes that have a behaviour of their own.
function handler() {
  return {
    statusCode: 404,
    statusDescription: 'Not Found',
    headers: { 'content-type': { value: 'application/problem+json' } },
    body: '{"type":"about:blank","title":"Not Found","status":404,"detail":"Nothing is delivered at this address."}',
  };
}
