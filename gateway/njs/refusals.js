// Answers what is too much. A client that heeds `Retry-After` comes back in a second or later, one that does not
// as soon as it has its answer: hundreds of times a second over each connection, and every service waits for its turn at
// the processor meanwhile. So the answer takes a moment, which costs nobody anything; each takes another, up to twice
// as long, so that a crowd does not come back all at once.

function refuse(r) {
    const moment = edge.refusalMilliseconds * (1 + Math.random());
    return new Promise((resolve) => setTimeout(resolve, moment)).then(() => {
        r.return(429, r.variables.problem);
    });
}

export default { refuse };
