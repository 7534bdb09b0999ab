/* Policies and what loading them reports. */

#include "harness.h"

static countersign_finding finding_at(const countersign_report *report, size_t at)
{
    countersign_finding finding;

    memset(&finding, 0, sizeof finding);
    finding.struct_size = sizeof finding;
    GIVES(COUNTERSIGN_OK, countersign_report_at(report, at, &finding));
    return finding;
}

static void a_refused_policy_says_where_and_why(void)
{
    static const struct {
        const char *json;
        const char *pointer;
        const char *code;
    } rows[] = {
        {"", "", "syntax"},
        {"{", "", "syntax"},
        {"[]", "", "type_wrong"},
        {"{\"realm\":\"a\",\"realm\":\"b\"}", "/realm", "name_repeated"},
        {"{\"realm\":\"a\",\"bearrer\":{}}", "/bearrer", "member_unknown"},
        {"{\"realm\":1,\"bearer\":{\"issuers\":[]}}", "/realm", "type_wrong"},
        {"{\"realm\":\"a\",\"bearer\":{}}", "/bearer", "member_missing"},
    };
    size_t at;

    for (at = 0; at < sizeof rows / sizeof rows[0]; at++) {
        countersign_policy *policy = NULL;
        countersign_verifier *verifier = NULL;
        countersign_report *report = NULL;
        countersign_finding finding;

        GIVES(COUNTERSIGN_POLICY_INVALID, countersign_policy_new(NULL, str(rows[at].json), &policy, &report));
        CHECK(policy == NULL && countersign_report_count(report) >= 1);
        finding = finding_at(report, 0);
        CHECK(finding.severity == COUNTERSIGN_SEVERITY_ERROR && finding.reserved == 0);
        CHECK(is(finding.pointer, rows[at].pointer));
        CHECK(is(finding.code, rows[at].code));
        CHECK(finding.text.len > 0);
        GIVES(COUNTERSIGN_NOT_FOUND, countersign_report_at(report, countersign_report_count(report), &finding));
        countersign_report_free(report);
        report = NULL;
        /* A caller who does not want the report gets none to free. */
        GIVES(COUNTERSIGN_POLICY_INVALID, countersign_policy_new(NULL, str(rows[at].json), &policy, NULL));
        GIVES(COUNTERSIGN_POLICY_INVALID,
              countersign_verifier_from_json(NULL, str(rows[at].json), &verifier, &report));
        CHECK(policy == NULL && verifier == NULL && countersign_report_count(report) >= 1);
        countersign_report_free(report);
    }
}

static void warnings_come_with_success(void)
{
    countersign_policy *policy = NULL;
    countersign_report *report = NULL;
    countersign_finding finding;

    GIVES(COUNTERSIGN_OK, countersign_policy_new(NULL, str(POLICY_WARNED), &policy, &report));
    CHECK(policy != NULL && countersign_report_count(report) == 1);
    finding = finding_at(report, 0);
    CHECK(finding.severity == COUNTERSIGN_SEVERITY_WARNING && is(finding.pointer, "/leeway"));
    /* The report does not lean on the policy. */
    countersign_policy_free(policy);
    CHECK(is(finding.code, "leeway_high"));
    countersign_report_free(report);
    report = NULL;
    policy = NULL;
    GIVES(COUNTERSIGN_OK, countersign_policy_new(NULL, str(POLICY), &policy, &report));
    CHECK(report != NULL && countersign_report_count(report) == 0);
    countersign_report_free(report);
    countersign_policy_free(policy);
}

static void secrets_come_beside_the_document(void)
{
    static const char secret[] = "0123456789abcdef\x00\xff\x10 an HS256 secret of bytes";
    countersign_policy_options options;
    countersign_field refs[2];
    countersign_policy *policy = NULL;
    countersign_report *report = NULL;
    countersign_finding finding;

    memset(&options, 0, sizeof options);
    options.struct_size = sizeof options;
    refs[0].name = str("other");
    refs[0].value = str("unused");
    refs[1].name = str("secret");
    refs[1].value = bytes(secret, sizeof secret - 1);
    GIVES(COUNTERSIGN_POLICY_INVALID, countersign_policy_new(NULL, str(POLICY_REF), &policy, &report));
    finding = finding_at(report, 0);
    CHECK(is(finding.code, "ref_unknown"));
    countersign_report_free(report);
    options.refs = refs;
    options.ref_count = 2;
    GIVES(COUNTERSIGN_OK, countersign_policy_new(&options, str(POLICY_REF), &policy, NULL));
    countersign_policy_free(policy);
    policy = NULL;
    /* One too short is refused, and the report tells its length at most. */
    refs[1].value = str("hunter2");
    GIVES(COUNTERSIGN_POLICY_INVALID, countersign_policy_new(&options, str(POLICY_REF), &policy, &report));
    CHECK(!holds(finding_at(report, 0).text, "hunter2"));
    countersign_report_free(report);
    options.struct_size = 8;
    GIVES(COUNTERSIGN_STRUCT_SIZE, countersign_policy_new(&options, str(POLICY_REF), &policy, NULL));
    CHECK(policy == NULL);
}

static void a_policy_lists_the_fields_it_wants(void)
{
    countersign_policy *policy = policy_of(POLICY_HEADER);
    size_t count = countersign_policy_field_count(policy), at;
    int authorization = 0, forwarded = 0;
    countersign_str name;

    for (at = 0; at < count; at++) {
        GIVES(COUNTERSIGN_OK, countersign_policy_field_at(policy, at, &name));
        authorization += is(name, "authorization");
        forwarded += is(name, "x-forwarded-access-token");
    }
    CHECK(authorization == 1 && forwarded == 1);
    GIVES(COUNTERSIGN_NOT_FOUND, countersign_policy_field_at(policy, count, &name));
    GIVES(COUNTERSIGN_NULL_ARGUMENT, countersign_policy_field_at(policy, 0, NULL));
    countersign_policy_free(policy);
}

int main(void)
{
    RUN(a_refused_policy_says_where_and_why);
    RUN(warnings_come_with_success);
    RUN(secrets_come_beside_the_document);
    RUN(a_policy_lists_the_fields_it_wants);
    return FINISH();
}
