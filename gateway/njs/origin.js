// Signs what is fetched from the buckets with the edge's own credentials (AWS Signature Version 4). Nobody else may read there.
// The credentials are read for each fetch: in containers they are replaced while the gateway runs.
import fs from 'fs';
import hashes from 'crypto';

const HEADERS = 'host;x-amz-content-sha256;x-amz-date';
const NO_BODY = 'UNSIGNED-PAYLOAD';

// The object's path, encoded as it is signed.
function path(r) {
    return `/${r.variables.edge_bucket}${encoded(r.rawVariables.uri)}`;
}

function encoded(bytes) {
    let text = '';
    for (let i = 0; i < bytes.length; i++) {
        const letter = String.fromCharCode(bytes[i]);
        text += /[A-Za-z0-9\/._~-]/.test(letter) ? letter : `%${bytes.toString('hex', i, i + 1).toUpperCase()}`;
    }
    return text;
}

function date() {
    return new Date().toISOString().replace(/[:-]|\.[0-9]+/g, '');
}

function authorization(r) {
    const credentials = JSON.parse(fs.readFileSync(edge.credentials));
    const moment = r.variables.s3_date;
    const scope = `${moment.slice(0, 8)}/${edge.region}/s3/aws4_request`;
    const head = `host:${edge.s3Host}\nx-amz-content-sha256:${NO_BODY}\nx-amz-date:${moment}\n`;
    const request = ['GET', r.variables.s3_path, '', head, HEADERS, NO_BODY].join('\n');
    const digest = hashes.createHash('sha256').update(request).digest('hex');
    const text = ['AWS4-HMAC-SHA256', moment, scope, digest].join('\n');
    const signature = hashes.createHmac('sha256', signingKey(scope, credentials.secret_access_key)).update(text).digest('hex');
    return `AWS4-HMAC-SHA256 Credential=${credentials.access_key_id}/${scope}, SignedHeaders=${HEADERS}, Signature=${signature}`;
}

function signingKey(scope, secret) {
    return scope.split('/').reduce((key, part) => hashes.createHmac('sha256', key).update(part).digest(), `AWS4${secret}`);
}

export default { path, date, authorization };
