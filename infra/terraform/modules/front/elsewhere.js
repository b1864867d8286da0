import cf from "cloudfront";

// By host, the name at which CloudFront finds what answers there; all others are at the load balancer.
const places = ${places};

function handler(event) {
  const host = event.request.headers.host.value;
  if (places[host]) {
    cf.updateRequestOrigin({ domainName: places[host] });
  }
  return event.request;
}
