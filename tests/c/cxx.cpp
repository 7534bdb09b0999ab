// The header from C++11: handles owned by smart pointers, structs started with braces, constants in a switch.

#include <cstdio>
#include <memory>
#include <string>
#include <type_traits>

#include <countersign.h>

#include "fixtures.h"

namespace {

struct Free {
    void operator()(countersign_verifier *it) const { countersign_verifier_free(it); }
    void operator()(countersign_decision *it) const { countersign_decision_free(it); }
};

countersign_str str(const char *text) { return {text, std::char_traits<char>::length(text)}; }

std::string text(countersign_str view) { return std::string(view.data ? view.data : "", view.len); }

static_assert(std::is_standard_layout<countersign_request>::value, "structs are plain");
static_assert(std::is_trivially_copyable<countersign_request>::value, "structs are plain");
static_assert(std::is_same<countersign_status, std::uint32_t>::value, "statuses have a width");
static_assert(noexcept(str("")) == false, "the helper may throw, the library never does");

int failed = 0;

void check(bool held, const char *what)
{
    if (!held) {
        failed++;
        std::fprintf(stderr, "cxx.cpp: not so: %s\n", what);
    }
}

std::string outcome(countersign_verifier *verifier, const char *authorization)
{
    countersign_decision *made = nullptr;
    check(countersign_decision_new(&made) == COUNTERSIGN_OK, "a decision is made");
    std::unique_ptr<countersign_decision, Free> decision(made);

    countersign_field line = {str("Authorization"), str(authorization)};
    countersign_request request = {};
    request.struct_size = sizeof request;
    request.method = str("GET");
    request.target = str("/v1/reports");
    request.fields = &line;
    request.field_count = 1;
    request.now_seconds = NOW;
    switch (countersign_check(verifier, &request, decision.get())) {
    case COUNTERSIGN_OK: {
        countersign_str subject = {};
        check(countersign_decision_subject(decision.get(), &subject) == COUNTERSIGN_OK, "there is a subject");
        return text(subject);
    }
    case COUNTERSIGN_DENIED:
        return text(countersign_reason_name(countersign_decision_reason(decision.get())));
    default:
        return "no verdict";
    }
}

} // namespace

int main()
{
    countersign_verifier *made = nullptr;
    check(countersign_verifier_from_json(nullptr, str(POLICY), &made, nullptr) == COUNTERSIGN_OK, "a verifier is made");
    std::unique_ptr<countersign_verifier, Free> verifier(made);

    check(outcome(verifier.get(), "Bearer " TOKEN) == "alice", "a good token is allowed");
    check(outcome(verifier.get(), "Bearer " TOKEN_EXPIRED) == "token_expired", "an expired one is denied");
    check(outcome(verifier.get(), "Basic YTpi") == "scheme_unsupported", "another scheme is denied");
    check(countersign_abi() == COUNTERSIGN_ABI, "header and library have one ABI");
    std::printf("%-28s %u failed\n", __FILE__, static_cast<unsigned>(failed));
    return failed ? 1 : 0;
}
