// Verifies signed URLs and cookies as CloudFront does: canned and custom policies, RSA 2048 and ECDSA P-256 keys, SHA-1
// and SHA-256. A signature that was good is remembered, and so is an address with all that signs it, for as long as it opens;
// a policy's other conditions are looked at for each request.
import hashes from 'crypto';

const PARAMETERS = ['Expires', 'Policy', 'Signature', 'Key-Pair-Id', 'Hash-Algorithm'];
const HASHES = { SHA1: 'SHA-1', SHA256: 'SHA-256' };
const CONDITIONS = ['DateLessThan', 'DateGreaterThan', 'IpAddress'];

// Lets a request pass, or ends it with 401 and the reason in $refusal.
function check(r) {
    const now = Date.now() / 1000;
    const uri = r.variables.request_uri;
    const opens = (cookies) => isWithinTime(ngx.shared.signatures.get(requestId(r, uri, cookies)), now);
    const isKnown = (uri.includes('?') && opens('')) || (r.headersIn.Cookie && opens(r.headersIn.Cookie));
    return isKnown ? undefined : verify(r);
}

async function verify(r) {
    let refusal;
    try {
        refusal = await refusalOf(r);
    } catch (error) {
        refusal = 'The signature cannot be read.';
    }
    if (refusal) {
        r.variables.refusal = refusal;
        r.return(401);
    }
}

// The address without what signs it, as it is asked of another server.
function plain(r) {
    try {
        return split(r.variables.request_uri).plain;
    } catch (error) {
        return r.variables.request_uri;
    }
}

async function refusalOf(r) {
    const address = split(r.variables.request_uri);
    // A signed URL counts before signed cookies.
    const isInUrl = Object.keys(address.signed).length > 0;
    const cookies = isInUrl ? '' : r.headersIn.Cookie || '';
    const given = isInUrl ? address.signed : fromCookies(cookies);
    if (!given.Signature || !given['Key-Pair-Id']) {
        return 'This address needs a signed URL or signed cookies.';
    }
    const url = `https://${r.variables.http_host}${address.plain}`;
    const policy = policyOf(given, url);
    if (!policy) {
        return 'A signature has either Policy or Expires.';
    }
    const hash = HASHES[given['Hash-Algorithm'] || 'SHA1'];
    if (!hash) {
        return 'Hash-Algorithm is SHA1 or SHA256.';
    }
    const trusted = keyOf(r.variables.edge_key_groups, given['Key-Pair-Id']);
    if (!trusted || !await isGenuine(policy, decoded(given.Signature), given['Key-Pair-Id'], trusted, hash)) {
        return 'The signature does not fit the address, its policy and a trusted key.';
    }
    const terms = JSON.parse(policy);
    const refusal = broken(terms, url, r.variables.remote_addr, Date.now() / 1000);
    if (!refusal) {
        remember(requestId(r, r.variables.request_uri, cookies), terms.Statement[0].Condition);
    }
    return refusal;
}

// Names a request by all that its verdict depends on but the time and the client's address.
function requestId(r, uri, cookies) {
    const told = [edge.version, r.variables.edge_key_groups, r.variables.http_host, uri, cookies];
    return hashes.createHash('sha256').update(told.join('\n')).digest('base64');
}

// Remembers from when to when a request opens, unless it opens to some addresses only.
function remember(id, condition) {
    if (!condition.IpAddress) {
        const from = condition.DateGreaterThan ? condition.DateGreaterThan['AWS:EpochTime'] : 0;
        ngx.shared.signatures.set(id, `${from} ${condition.DateLessThan['AWS:EpochTime']}`);
    }
}

function isWithinTime(known, now) {
    const times = (known || '').split(' ');
    return times.length === 2 && now > Number(times[0]) && now < Number(times[1]);
}

// Returns the public key of this id in one of the groups, if there is one.
function keyOf(groups, id) {
    const holder = groups.split(' ').find((name) => edge.groups[name] && Object.keys(edge.groups[name]).includes(id));
    return holder && edge.groups[holder][id];
}

// Takes the signature's parameters out of an address. What is left of it is what was signed.
function split(uri) {
    const at = uri.indexOf('?');
    const signed = {}, others = [];
    (at < 0 ? [] : uri.slice(at + 1).split('&')).forEach((part) => {
        const name = part.split('=', 1)[0];
        if (!PARAMETERS.includes(name)) {
            others.push(part);
        } else {
            putOnce(signed, name, decodeURIComponent(part.slice(name.length + 1)));
        }
    });
    const path = at < 0 ? uri : uri.slice(0, at);
    return { signed: signed, plain: others.length ? `${path}?${others.join('&')}` : path };
}

function fromCookies(text) {
    const found = {};
    text.split(';').forEach((part) => {
        const name = part.split('=', 1)[0].trim();
        if (name.startsWith('CloudFront-') && PARAMETERS.includes(name.slice(11))) {
            putOnce(found, name.slice(11), part.slice(part.indexOf('=') + 1).trim());
        }
    });
    return found;
}

function putOnce(found, name, value) {
    if (name in found) {
        throw new Error(`${name} is given twice`);
    }
    found[name] = value;
}

// Returns the text that was signed, or nothing when there is not exactly one way to tell.
function policyOf(given, url) {
    if (given.Policy && !given.Expires) {
        return decoded(given.Policy).toString();
    }
    if (!given.Policy && /^[0-9]{1,12}$/.test(given.Expires || '')) {
        const resource = JSON.stringify(url);
        const moment = given.Expires;
        return `{"Statement":[{"Resource":${resource},"Condition":{"DateLessThan":{"AWS:EpochTime":${moment}}}}]}`;
    }
    return '';
}

// CloudFront's base64. Only one text stands for the same bytes: another would be the same signature, written differently.
function decoded(text) {
    const standard = text.replace(/-/g, '+').replace(/_/g, '=').replace(/~/g, '/');
    const bytes = Buffer.from(standard, 'base64');
    if (bytes.toString('base64') !== standard) {
        throw new Error('not base64');
    }
    return bytes;
}

async function isGenuine(policy, signature, id, trusted, hash) {
    const known = hashes.createHash('sha256')
        .update(`${edge.version} ${id} ${hash} ${signature.toString('base64')} ${policy}`).digest('base64');
    if (ngx.shared.signatures.get(known)) {
        return true;
    }
    const isElliptic = trusted.kind === 'EC';
    const kind = isElliptic ? { name: 'ECDSA', namedCurve: 'P-256' } : { name: 'RSASSA-PKCS1-v1_5', hash: hash };
    const key = await crypto.subtle.importKey('spki', Buffer.from(trusted.spki, 'base64'), kind, false, ['verify']);
    const how = isElliptic ? { name: 'ECDSA', hash: hash } : kind;
    const bytes = isElliptic ? pointOf(signature) : signature;
    const genuine = await crypto.subtle.verify(how, key, bytes, Buffer.from(policy));
    if (genuine) {
        ngx.shared.signatures.set(known, '1');
    } else {
        await forgetReason(kind);
    }
    return genuine;
}

// OpenSSL keeps the reason why a signature is wrong, and nginx logs what it finds there, with the line of the request that
// comes next. A key that is none makes njs report all reasons, and so take them away.
async function forgetReason(kind) {
    try {
        await crypto.subtle.importKey('spki', Buffer.from([0]), kind, false, ['verify']);
    } catch (_) {
        // It always fails.
    }
}

// Returns r and s of a DER sequence of two integers (RFC 3279, 2.2.3), as 32 bytes each.
function pointOf(der) {
    if (der[0] !== 0x30 || der[1] !== der.length - 2) {
        throw new Error('not a sequence');
    }
    const first = integer(der, 2);
    const second = integer(der, first.end);
    if (second.end !== der.length) {
        throw new Error('more than two integers');
    }
    return Buffer.concat([first.value, second.value]);
}

function integer(der, at) {
    const length = der[at + 1], end = at + 2 + length;
    if (der[at] !== 2 || !length || end > der.length) {
        throw new Error('not an integer');
    }
    const start = der[at + 2] === 0 ? at + 3 : at + 2;
    if (end - start > 32) {
        throw new Error('an integer of more than 256 bits');
    }
    return { value: Buffer.concat([Buffer.alloc(32 - (end - start)), der.slice(start, end)]), end: end };
}

// Returns which condition of a genuine policy a request does not meet, or nothing.
function broken(policy, url, client, now) {
    const statement = policy.Statement.length === 1 ? policy.Statement[0] : {};
    const condition = statement.Condition || {};
    const before = (condition.DateLessThan || {})['AWS:EpochTime'];
    if (!Number.isInteger(before) || Object.keys(condition).some((name) => !CONDITIONS.includes(name))) {
        return 'The policy is not one that CloudFront knows.';
    }
    if (now >= before) {
        return 'The time of this signature is over.';
    }
    if (condition.DateGreaterThan && !(now > condition.DateGreaterThan['AWS:EpochTime'])) {
        return 'The time of this signature has not come yet.';
    }
    if (condition.IpAddress && !isWithin(client, condition.IpAddress['AWS:SourceIp'])) {
        return 'This signature is for another network address.';
    }
    if (statement.Resource !== undefined && !matches(url, statement.Resource)) {
        return 'This signature is for another address.';
    }
    return '';
}

// Compares with a pattern in which `*` is any text and `?` one character.
function matches(text, pattern) {
    if (text === pattern) {
        return true;
    }
    let t = 0, p = 0, star = -1, from = 0;
    while (t < text.length) {
        if (pattern[p] === '*') {
            star = p++;
            from = t;
        } else if (p < pattern.length && (pattern[p] === '?' || pattern[p] === text[t])) {
            p++;
            t++;
        } else if (star >= 0) {
            p = star + 1;
            t = ++from;
        } else {
            return false;
        }
    }
    while (pattern[p] === '*') {
        p++;
    }
    return p === pattern.length;
}

// Says whether an IPv4 address is in a network, `192.0.2.0/24`, or is the one that is given without a length.
function isWithin(client, network) {
    const parts = network.split('/');
    const bits = parts.length === 1 ? 32 : Number(parts[1]);
    const size = Math.pow(2, 32 - bits);
    const mine = numberOf(client), theirs = numberOf(parts[0]);
    const known = parts.length < 3 && /^[0-9]{1,2}$/.test(String(bits)) && bits <= 32;
    return known && mine >= 0 && theirs >= 0 && Math.floor(mine / size) === Math.floor(theirs / size);
}

function numberOf(address) {
    const parts = address.split('.').map(Number);
    const proper = /^[0-9]{1,3}(\.[0-9]{1,3}){3}$/.test(address) && parts.every((part) => part < 256);
    return proper ? parts.reduce((sum, part) => sum * 256 + part, 0) : -1;
}

export default { check, plain };
