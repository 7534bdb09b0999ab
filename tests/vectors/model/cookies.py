"""RFC 6265bis: cookies of a request, and what a cookie credential needs against forged requests."""

SAFE = ("GET", "HEAD", "OPTIONS", "TRACE")


def values(request, name):
    """All values of a cookie, over all Cookie lines; one pair of quotes is taken off."""
    out = []
    for line in request.values("cookie"):
        for part in line.split(";"):
            found, equals, value = part.strip(" \t").partition("=")
            if equals and found == name:
                quoted = len(value) >= 2 and value[0] == value[-1] == '"'
                out.append(value[1:-1] if quoted else value)
    return out


def passes(request, session):
    """Whether the request may use a cookie credential."""
    if request.method in SAFE:
        return True
    sites = [value.strip(" \t") for value in request.values("sec-fetch-site")]
    if sites == ["same-origin"]:
        return True
    origins = [value.strip(" \t") for value in request.values("origin")]
    if origins:
        return len(origins) == 1 and origins[0] in session.get("origins", [])
    header = session.get("csrf", {}).get("header")
    tokens = request.values(header) if header else []
    return not sites and any(value.strip(" \t") for value in tokens)
