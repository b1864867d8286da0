// Answers what is too much. A client that heeds `Retry-After` comes back in a second or later, one that does not
// as soon as it has its answer: hundreds of times a second over each connection, and every service waits for its turn at
// the processor meanwhile. So the answer takes a moment, which costs nobody anything; each takes another, up to twice
// as long, so that a crowd does not come back all at once.

function refuse(r) {
    const moment = edge.refusalMilliseconds;
    if (!mayWait(moment)) {
        return r.return(429, r.variables.problem);
    }
    return new Promise((resolve) => setTimeout(resolve, moment * (1 + Math.random()))).then(() => {
        r.return(429, r.variables.problem);
    });
}

// Whoever waits takes some 40 KB, so only so many do. Those that came within one moment are counted, not those that
// wait, for nothing tells when a client has gone: who waits has come in this moment or the two before.
function mayWait(moment) {
    const came = String(Math.floor(Date.now() / moment));
    return moment > 0 && ngx.shared.refusals.incr(came, 1, 0) <= edge.refusalsAtOnce / 3;
}

export default { refuse };
