// Asks a service with the group that a caller is in, in place of the caller's own name: one copy is kept for each group.
import hashes from 'crypto';

const LONGEST = 200;

// The address to ask. Where it names no caller, or not in exactly one readable way, it stays as it is.
function grouped(r) {
    const uri = r.variables.request_uri;
    const told = r.variables.edge_groups.split(' ');
    const at = uri.indexOf('?');
    const parts = at < 0 ? [] : uri.slice(at + 1).split('&');
    const callers = parts.filter((part) => nameOf(part) === told[0]);
    const value = callers.length === 1 ? decoded(callers[0].slice(callers[0].indexOf('=') + 1)) : '';
    if (!value || value.length > LONGEST || parts.some((part) => nameOf(part) === told[1])) {
        return uri;
    }
    const others = parts.filter((part) => part !== callers[0]);
    return `${uri.slice(0, at)}?${others.concat(`${told[1]}=${groupOf(value, Number(told[2]))}`).join('&')}`;
}

function nameOf(part) {
    return decoded(part.split('=', 1)[0]);
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

export default { grouped };
