// Asks a service with the group that a caller is in, in place of the caller's own name, as gateway/njs/groups.js does on
// one's own machine: one copy is kept for each group. Terraform puts before this, by host, the rules and where CloudFront
// finds what is not at the load balancer.
const hashes = require('crypto');

const LONGEST = 200;

function handler(event) {
  const request = event.request;
  const host = request.headers.host.value;
  if (RULES[host]) {
    request.querystring = grouped(request.querystring, RULES[host]);
  }
  if (PLACES[host]) {
    cf.updateRequestOrigin({ domainName: PLACES[host] });
  }
  return request;
}

// Where it names no caller, or not in exactly one readable way, a query stays as it is.
function grouped(query, rule) {
  const names = Object.keys(query);
  const callers = names.filter((name) => decoded(name) === rule.parameter);
  const once = callers.length === 1 && !query[callers[0]].multiValue;
  const value = once ? decoded(query[callers[0]].value) : '';
  if (!value || value.length > LONGEST || names.some((name) => decoded(name) === rule.group)) {
    return query;
  }
  delete query[callers[0]];
  query[rule.group] = { value: String(groupOf(value, rule.count)) };
  return query;
}

// The service makes the same of a name: the first four bytes of its SHA-256, as a number.
function groupOf(value, count) {
  return parseInt(hashes.createHash('sha256').update(value).digest('hex').slice(0, 8), 16) % count;
}

function decoded(text) {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '));
  } catch (error) {
    return '';
  }
}
