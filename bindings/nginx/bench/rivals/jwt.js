// JWT by nginx's own scripting (njs) and its WebCrypto, as an auth_request: signature, times, issuer and audience.

const ALGORITHMS = {
    HS256: {name: 'HMAC', hash: 'SHA-256'},
    RS256: {name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256'},
    ES256: {name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256'},
};

async function check(r) {
    try {
        const alg = r.variables.jwt_alg;
        const parts = r.headersIn.Authorization.slice(7).split('.');
        const header = JSON.parse(Buffer.from(parts[0], 'base64url'));
        const claims = JSON.parse(Buffer.from(parts[1], 'base64url'));
        const now = Date.now() / 1000;
        const raw = Buffer.from(r.variables.jwt_key, 'base64');
        const key = await crypto.subtle.importKey(alg === 'HS256' ? 'raw' : 'spki', raw, ALGORITHMS[alg], false, ['verify']);
        const good = parts.length === 3 && header.alg === alg
            && await crypto.subtle.verify(ALGORITHMS[alg], key, Buffer.from(parts[2], 'base64url'), parts[0] + '.' + parts[1])
            && claims.exp > now && claims.iss === r.variables.jwt_issuer && claims.aud === r.variables.jwt_audience;
        r.return(good ? 204 : 401);
    } catch (fault) {
        r.return(401);
    }
}

export default {check};
