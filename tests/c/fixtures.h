/* Written by tests/c/fixtures.py; do not edit. */

#ifndef FIXTURES_H
#define FIXTURES_H

#define NOW INT64_C(1700000000)
#define ISSUER "https://login.example.com"

#define POLICY \
    "{\"realm\":\"api\",\"scopes\":\"read:reports\",\"cors\":true,\"profiles\":{\"admin\":{\"scopes\":\"admin\"}," \
    "\"public\":{\"optional\":true}},\"bearer\":{\"issuers\":[{\"issuer\":\"https://login.example.com\",\"au" \
    "dience\":\"https://api.example.com\",\"jwks\":{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"b6XsH-zsT" \
    "wl8nkdmVp_XzV1ZCzMaTRg-O082uYPoj9k\",\"y\":\"YJnV2ZSNmg8UAtXltTMyWcAi83u-H6BhqFOdqhkaMVA\",\"kid" \
    "\":\"k1\",\"alg\":\"ES256\"}]}}]}}"

#define POLICY_REMOTE \
    "{\"realm\":\"api\",\"scopes\":\"read:reports\",\"cors\":true,\"profiles\":{\"admin\":{\"scopes\":\"admin\"}," \
    "\"public\":{\"optional\":true}},\"bearer\":{\"issuers\":[{\"issuer\":\"https://login.example.com\",\"au" \
    "dience\":\"https://api.example.com\",\"jwks_uri\":\"https://login.example.com/jwks.json\"}]}}"

#define POLICY_OTHER \
    "{\"realm\":\"api\",\"scopes\":\"read:reports\",\"cors\":true,\"profiles\":{\"admin\":{\"scopes\":\"admin\"}," \
    "\"public\":{\"optional\":true}},\"bearer\":{\"issuers\":[{\"issuer\":\"https://other.example.com\",\"au" \
    "dience\":\"https://api.example.com\",\"jwks\":{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"b6XsH-zsT" \
    "wl8nkdmVp_XzV1ZCzMaTRg-O082uYPoj9k\",\"y\":\"YJnV2ZSNmg8UAtXltTMyWcAi83u-H6BhqFOdqhkaMVA\",\"kid" \
    "\":\"k1\",\"alg\":\"ES256\"}]}}]}}"

#define POLICY_REF \
    "{\"realm\":\"api\",\"scopes\":\"read:reports\",\"cors\":true,\"profiles\":{\"admin\":{\"scopes\":\"admin\"}," \
    "\"public\":{\"optional\":true}},\"bearer\":{\"issuers\":[{\"issuer\":\"https://login.example.com\",\"au" \
    "dience\":\"https://api.example.com\",\"jwks\":{\"keys\":[{\"kty\":\"oct\",\"kid\":\"s\",\"k\":{\"ref\":\"secre" \
    "t\"}}]},\"algorithms\":[\"HS256\"]}]}}"

#define POLICY_WARNED \
    "{\"realm\":\"api\",\"scopes\":\"read:reports\",\"cors\":true,\"profiles\":{\"admin\":{\"scopes\":\"admin\"}," \
    "\"public\":{\"optional\":true}},\"bearer\":{\"issuers\":[{\"issuer\":\"https://login.example.com\",\"au" \
    "dience\":\"https://api.example.com\",\"jwks\":{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"b6XsH-zsT" \
    "wl8nkdmVp_XzV1ZCzMaTRg-O082uYPoj9k\",\"y\":\"YJnV2ZSNmg8UAtXltTMyWcAi83u-H6BhqFOdqhkaMVA\",\"kid" \
    "\":\"k1\",\"alg\":\"ES256\"}]}}]},\"leeway\":90}"

#define POLICY_HEADER \
    "{\"realm\":\"api\",\"scopes\":\"read:reports\",\"cors\":true,\"profiles\":{\"admin\":{\"scopes\":\"admin\"}," \
    "\"public\":{\"optional\":true}},\"bearer\":{\"issuers\":[{\"issuer\":\"https://login.example.com\",\"au" \
    "dience\":\"https://api.example.com\",\"jwks\":{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"b6XsH-zsT" \
    "wl8nkdmVp_XzV1ZCzMaTRg-O082uYPoj9k\",\"y\":\"YJnV2ZSNmg8UAtXltTMyWcAi83u-H6BhqFOdqhkaMVA\",\"kid" \
    "\":\"k1\",\"alg\":\"ES256\"}]}}],\"sources\":[\"header\",{\"header\":\"X-Forwarded-Access-Token\"}]}}"

#define POLICY_LIVE \
    "{\"realm\":\"api\",\"scopes\":\"read:reports\",\"cors\":true,\"profiles\":{\"admin\":{\"scopes\":\"admin\"}," \
    "\"public\":{\"optional\":true}},\"bearer\":{\"issuers\":[{\"issuer\":\"https://login.example.com\",\"au" \
    "dience\":\"https://api.example.com\",\"jwks_uri\":\"https://login.example.com/jwks.json\",\"keys\":" \
    "{\"ttl\":600,\"cooldown\":30,\"stale\":1000}}]}}"

#define POLICY_DISCOVERED \
    "{\"realm\":\"api\",\"scopes\":\"read:reports\",\"cors\":true,\"profiles\":{\"admin\":{\"scopes\":\"admin\"}," \
    "\"public\":{\"optional\":true}},\"bearer\":{\"issuers\":[{\"issuer\":\"https://login.example.com\",\"au" \
    "dience\":\"https://api.example.com\",\"keys\":{\"prefetch\":true}}]}}"

#define POLICY_QUERY \
    "{\"realm\":\"api\",\"scopes\":\"read:reports\",\"cors\":true,\"profiles\":{\"admin\":{\"scopes\":\"admin\"}," \
    "\"public\":{\"optional\":true}},\"bearer\":{\"issuers\":[{\"issuer\":\"https://login.example.com\",\"au" \
    "dience\":\"https://api.example.com\",\"jwks\":{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"b6XsH-zsT" \
    "wl8nkdmVp_XzV1ZCzMaTRg-O082uYPoj9k\",\"y\":\"YJnV2ZSNmg8UAtXltTMyWcAi83u-H6BhqFOdqhkaMVA\",\"kid" \
    "\":\"k1\",\"alg\":\"ES256\"}]}},{\"issuer\":\"https://other.example.com\",\"audience\":\"https://api.exa" \
    "mple.com\",\"jwks\":{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"9nGci9stCM0KSvaaLY4xSyMQYBJskOuif" \
    "bSblWo_6-Q\",\"y\":\"D8gMju_Fd-dPNEvb2bGRLbxm5OVUGk7xoUISbhx9pOY\",\"kid\":\"k2\",\"alg\":\"ES256\"}]}}" \
    "],\"sources\":[\"header\",{\"query\":\"access_token\"},{\"query\":\"ticket\"}]}}"

#define METADATA \
    "{\"issuer\":\"https://login.example.com\",\"jwks_uri\":\"https://login.example.com/keys\"}"

#define METADATA_OTHER \
    "{\"issuer\":\"https://other.example.com\",\"jwks_uri\":\"https://login.example.com/keys\"}"

#define KEYS_A \
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"b6XsH-zsTwl8nkdmVp_XzV1ZCzMaTRg-O082uYPoj9k\",\"y\":\"" \
    "YJnV2ZSNmg8UAtXltTMyWcAi83u-H6BhqFOdqhkaMVA\",\"kid\":\"k1\",\"alg\":\"ES256\"}]}"

#define KEYS_B \
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"9nGci9stCM0KSvaaLY4xSyMQYBJskOuifbSblWo_6-Q\",\"y\":\"" \
    "D8gMju_Fd-dPNEvb2bGRLbxm5OVUGk7xoUISbhx9pOY\",\"kid\":\"k2\",\"alg\":\"ES256\"}]}"

#define KEYS_AB \
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"b6XsH-zsTwl8nkdmVp_XzV1ZCzMaTRg-O082uYPoj9k\",\"y\":\"" \
    "YJnV2ZSNmg8UAtXltTMyWcAi83u-H6BhqFOdqhkaMVA\",\"kid\":\"k1\",\"alg\":\"ES256\"},{\"kty\":\"EC\",\"crv\":\"" \
    "P-256\",\"x\":\"9nGci9stCM0KSvaaLY4xSyMQYBJskOuifbSblWo_6-Q\",\"y\":\"D8gMju_Fd-dPNEvb2bGRLbxm5OVU" \
    "Gk7xoUISbhx9pOY\",\"kid\":\"k2\",\"alg\":\"ES256\"}]}"

#define KEYS_MIXED \
    "{\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"b6XsH-zsTwl8nkdmVp_XzV1ZCzMaTRg-O082uYPoj9k\",\"y\":\"" \
    "YJnV2ZSNmg8UAtXltTMyWcAi83u-H6BhqFOdqhkaMVA\",\"kid\":\"k1\",\"alg\":\"ES256\"},{\"kty\":\"RSA\",\"n\":\"s" \
    "9njPpfj5N_PzBBZpWYWCi0FrDKb3O_zuLUpRjiEv9MFeblT-2polJL2QEutmvK4oUHHvBH9A9j4d_zX3GogReYO1kh" \
    "kj99cj_vegTLLVpYQPiIS6JlgcPLd8Ta7yfjxUNXvuDkA_FQo4CVdbzXxu7HUhEWU1XXo8QlU5XDsxnLSJQld9Dm3D" \
    "4HK1kIXbipXiv6UFxmxSafTOnvwN0qDtypTDq0CEzH6SNS9WxzAJPknpvw4Mrm3hqLcc3_bI28mYo79GxjrZxJZFqb" \
    "RlbcCNeqNkF5XDAKzUt6ha1Xofc7WWIE_iPxhwxxz0W3uyr-gtKBkgagjEuWh1PFm006qYQ\",\"e\":\"AQAB\",\"kid\":" \
    "\"k3\",\"alg\":\"RS256\"},{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"EQrSVyuzxV6h9Ck6Cqt8OULEmOvSKF7Xyicu" \
    "Z8_IvBY\",\"kid\":\"k4\",\"alg\":\"EdDSA\"},{\"kty\":\"nonsense\",\"kid\":\"odd\"}]}"

#define TOKEN \
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tIiwic3ViIj" \
    "oiYWxpY2UiLCJhdWQiOiJodHRwczovL2FwaS5leGFtcGxlLmNvbSIsImlhdCI6MTY5OTk5OTk0MCwiZXhwIjoxNzAw" \
    "MDAwNjAwLCJqdGkiOiJqLTEiLCJzY29wZSI6InJlYWQ6cmVwb3J0cyJ9.mwfH5ryZsGzuuVPchOcLI90DTi_Uj3Atj" \
    "6AzzZiY1_L_u1QWqmXdeHraiHj2DZmPDn27euKghLV28n3B0hCfwg"

#define TOKEN_RICH \
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tIiwgInN1Yi" \
    "I6ImFsaWNlIiwgImF1ZCI6Imh0dHBzOi8vYXBpLmV4YW1wbGUuY29tIiwgImV4cCI6MTcwMDAwMDYwMCwgInNjb3Bl" \
    "IjoicmVhZDpyZXBvcnRzIiwgIm5hbWUiOiJBbFx1MDBlZmNlIFwiQVwiXHUwMDAwISIsICJlbXB0eSI6IiIsICJuIj" \
    "o0MiwgIm1pbnVzIjotNywgInRob3VzYW5kIjoxZTMsICJoYWxmIjoxLjUwLCAiaHVnZSI6OTIyMzM3MjAzNjg1NDc3" \
    "NTgwOCwgInllcyI6dHJ1ZSwgIm5vdGhpbmciOm51bGwsICJhL2J-YyI6InNsYXNoIiwgInJlYWxtX2FjY2VzcyI6ey" \
    "Jyb2xlcyI6WyJ1c2VyIiwiYWRtaW4iXSwgImNvdW50IjoyfSwgImxpc3QiOlsxLCJ0d28iLFszXV19.KTgz8kvYrFp" \
    "ullZqqoSHNYVl5iJZut1oRPutugJMOIsILm-kGF3MbKXqTXDkhscrqvyXDbk-rWiFGWIjo2-DEw"

#define TOKEN_B \
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsyIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tIiwic3ViIj" \
    "oiYm9iIiwiYXVkIjoiaHR0cHM6Ly9hcGkuZXhhbXBsZS5jb20iLCJpYXQiOjE2OTk5OTk5NDAsImV4cCI6MTcwMDAw" \
    "MDYwMCwianRpIjoiai0xIiwic2NvcGUiOiJyZWFkOnJlcG9ydHMifQ.6nc_WLt2NBWZ7m6d06MpWAY0GIJsMplMZBS" \
    "tJQINaiHyS2P3ZH54qH2M78o_N_jtMmcOsjclBPXXfMpGiAi1JA"

#define TOKEN_SESSION \
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tIiwic3ViIj" \
    "oiYWxpY2UiLCJhdWQiOiJodHRwczovL2FwaS5leGFtcGxlLmNvbSIsImlhdCI6MTY5OTk5OTk0MCwiZXhwIjoxNzAw" \
    "MDAwNjAwLCJqdGkiOiJqLTIiLCJzY29wZSI6InJlYWQ6cmVwb3J0cyIsInNpZCI6InMtMSJ9.o3YPyBsY40dkM6INy" \
    "i8XYenum9yyEBp3Nx40xRejOUnM3QQoU1FhSkfV31VywTTl2OtU5WfO_WkpONNx5l6Caw"

#define TOKEN_EXPIRED \
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tIiwic3ViIj" \
    "oiYWxpY2UiLCJhdWQiOiJodHRwczovL2FwaS5leGFtcGxlLmNvbSIsImlhdCI6MTY5OTk5OTk0MCwiZXhwIjoxNjk5" \
    "OTk5NDAwLCJqdGkiOiJqLTEiLCJzY29wZSI6InJlYWQ6cmVwb3J0cyJ9.1PezRitj-xZWtyFOkJbkM4_BCgj-avKNX" \
    "SzVjNsn97ju_jjZQPw18O4hmSr8MT5ITV_GFHbPatcrLsDx5qOH_A"

#define TOKEN_POOR \
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tIiwic3ViIj" \
    "oiYWxpY2UiLCJhdWQiOiJodHRwczovL2FwaS5leGFtcGxlLmNvbSIsImlhdCI6MTY5OTk5OTk0MCwiZXhwIjoxNzAw" \
    "MDAwNjAwLCJqdGkiOiJqLTEiLCJzY29wZSI6IndyaXRlOnJlcG9ydHMifQ.ACPHagwDAMlu7zotOmIfAaCL9LVvuRp" \
    "vXoLZLqkMhDm1jvYvRgEXXJsMlqclepmGISqEfnGZM-6afw8DI6QPbg"

#define TOKEN_ADMIN \
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tIiwic3ViIj" \
    "oiYWxpY2UiLCJhdWQiOiJodHRwczovL2FwaS5leGFtcGxlLmNvbSIsImlhdCI6MTY5OTk5OTk0MCwiZXhwIjoxNzAw" \
    "MDAwNjAwLCJqdGkiOiJqLTEiLCJzY29wZSI6InJlYWQ6cmVwb3J0cyBhZG1pbiJ9.dnXe8N1y-UaoPvUCSjsKA639O" \
    "3AzjIQtJg0tJA2mCKnyAMGUdlzcL7slXKbrTfAyoqsWJfRx0KZJ2RPblBd0cg"

#define TOKEN_BOUND \
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImsxIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tIiwic3ViIj" \
    "oiYWxpY2UiLCJhdWQiOiJodHRwczovL2FwaS5leGFtcGxlLmNvbSIsImlhdCI6MTY5OTk5OTk0MCwiZXhwIjoxNzAw" \
    "MDAwNjAwLCJqdGkiOiJqLTEiLCJzY29wZSI6InJlYWQ6cmVwb3J0cyIsImNuZiI6eyJ4NXQjUzI1NiI6ImJ3Y0swZX" \
    "NjM0FDQzNEQjJZNV9sRVNzWEU4bzlsdGMwNU84OWpkTi1kZzIifX0.mTM50xUyRjLtRQLPeWHV47_rexqefum0nlf9" \
    "5nX6IzLjHxYlopYWvTylFCOqigjA3-AZsdioldc1Kvie8Nt1bQ"

#define TOKEN_RSA \
    "eyJhbGciOiJSUzI1NiIsImtpZCI6ImszIn0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tIiwic3ViIj" \
    "oiYWxpY2UiLCJhdWQiOiJodHRwczovL2FwaS5leGFtcGxlLmNvbSIsImlhdCI6MTY5OTk5OTk0MCwiZXhwIjoxNzAw" \
    "MDAwNjAwLCJqdGkiOiJqLTEiLCJzY29wZSI6InJlYWQ6cmVwb3J0cyJ9.gviNqf6ugpHTuDe3u2VV55-264firI5hu" \
    "llf5fcbfJiFz_W7xr2B-IMRheTR7f13UHessWkDd4T642KYS3TrO9tpQrDcCiiNXIhTUmlaOPJhXfbriprLllUgKIR" \
    "C40y48luMxGrnVBQKRbKKmWEmtSaiVRCR72gIX6P-azr4tuihfxVUDCna-kGY8UXMk9bRCRnIvswk4XBb2W1d_Nhjw" \
    "8qnY5553d3pjYFAqpq5jgmU49M0ymIPWUiUUalk2s5J6Y00Q-FGReD5SwNMk947fWk7IBAN2xL_FMCG33-cX_nX4Ii" \
    "TLNTXU_hahWCSGEbTRauXUkpwNQuuweK9crFjow"

#define TOKEN_ED \
    "eyJhbGciOiJFZERTQSIsImtpZCI6Ims0In0.eyJpc3MiOiJodHRwczovL2xvZ2luLmV4YW1wbGUuY29tIiwic3ViIj" \
    "oiYWxpY2UiLCJhdWQiOiJodHRwczovL2FwaS5leGFtcGxlLmNvbSIsImlhdCI6MTY5OTk5OTk0MCwiZXhwIjoxNzAw" \
    "MDAwNjAwLCJqdGkiOiJqLTEiLCJzY29wZSI6InJlYWQ6cmVwb3J0cyJ9.rg_Ge8yom__dri938qOBrTJco6ctuZEFO" \
    "IzLF20nlHxt_OzCaWyqwn9rZyF57W6-8saGtXDHtbw8XM1CODL0DA"

#define RICH \
    "{\"iss\":\"https://login.example.com\", \"sub\":\"alice\", \"aud\":\"https://api.example.com\", \"exp\":" \
    "1700000600, \"scope\":\"read:reports\", \"name\":\"Al\\u00efce \\\"A\\\"\\u0000!\", \"empty\":\"\", \"n\":42, " \
    "\"minus\":-7, \"thousand\":1e3, \"half\":1.50, \"huge\":9223372036854775808, \"yes\":true, \"nothing\"" \
    ":null, \"a/b~c\":\"slash\", \"realm_access\":{\"roles\":[\"user\",\"admin\"], \"count\":2}, \"list\":[1,\"t" \
    "wo\",[3]]}"

#endif
