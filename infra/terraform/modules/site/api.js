// /api/<service>/path is asked of the service as /path.
function handler(event) {
  var request = event.request;
  request.uri = request.uri.replace(/^\/api\/[^/]+/, '') || '/';
  return request;
}
