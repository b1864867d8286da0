// Forgets kept answers. Each kept answer has in its key which purges it has come after, so that a purged one is never found
// again, nor one that was on its way from the origin at that moment.
const MOST_PATHS = 1000;

// What is part of the key: the ids of the purges of this path and of the folders it is in.
function generation(r) {
    const purges = ngx.shared.purges;
    const uri = r.variables.uri;
    let found = (purges.get('all') || '') + (purges.get(`${r.variables.host}${uri}`) || '');
    for (let at = uri.indexOf('/'); at >= 0; at = uri.indexOf('/', at + 1)) {
        found += purges.get(`${r.variables.host}${uri.slice(0, at + 1)}*`) || '';
    }
    return found;
}

// POST {"host": "cdn.example.com", "paths": ["/private/a.jpg", "/private/b/*"]} with the edge's token; 204 once it is so.
// A change that is told twice, under the same "change", is purged once: whoever reads meanwhile has come after it.
function purge(r) {
    if (r.method !== 'POST') {
        return r.return(405);
    }
    if (!isToken(r.headersIn.Authorization || '')) {
        return r.return(401);
    }
    const wanted = parsed(r.requestText || '');
    if (!wanted) {
        return r.return(400);
    }
    const change = wanted.change && `${wanted.host} ${wanted.change}`;
    if (change && ngx.shared.changes.has(change)) {
        return r.return(204);
    }
    const id = `${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
    try {
        wanted.paths.forEach((path) => ngx.shared.purges.set(`${wanted.host}${path}`, id));
    } catch (error) {
        // No room to remember more single ones: everything is fetched anew.
        ngx.shared.purges.clear();
        ngx.shared.purges.set('all', id);
    }
    if (change) {
        ngx.shared.changes.set(change, id);
    }
    return r.return(204);
}

function isToken(authorization) {
    const wanted = `Bearer ${edge.purgeToken}`;
    let difference = authorization.length ^ wanted.length;
    for (let i = 0; i < wanted.length; i++) {
        difference |= authorization.charCodeAt(i % (authorization.length || 1)) ^ wanted.charCodeAt(i);
    }
    return difference === 0;
}

function parsed(text) {
    try {
        const body = JSON.parse(text);
        const fine = typeof body.host === 'string' && ['undefined', 'string'].includes(typeof body.change) && Array.isArray(body.paths) && body.paths.length <= MOST_PATHS
            && body.paths.every((path) => typeof path === 'string' && /^\/(?:[^*]*|(?:[^*]*\/)?\*)$/.test(path));
        return fine ? body : null;
    } catch (error) {
        return null;
    }
}

export default { generation, purge };
