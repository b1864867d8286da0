// Answers what is too much. A client that heeds `Retry-After` comes back in a second or later, one that does not
// as soon as it has its answer: hundreds of times a second over each connection, and every service waits for its turn at
// the processor meanwhile. So the answer takes a moment, which costs nobody anything.

function refuse(r) {
    return new Promise((resolve) => setTimeout(resolve, edge.refusalMilliseconds)).then(() => {
        r.return(429, r.variables.problem);
    });
}

export default { refuse };
