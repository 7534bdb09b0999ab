/*
 * A native addon of one's own that judges requests through the C library, for hosts whose requests never reach
 * JavaScript. It goes with the package `countersign` in one process, and each thread that loads it has its own.
 *
 *     addon.check(policy, authorization, now) -> { allowed, status, reason, subject, challenge }
 *     addon.backend() -> "aws-lc-rs"
 *
 * `policy` is the document's text and is loaded when it differs from that of the last call; `now` is in seconds.
 */

#include <countersign.h>
#define NAPI_VERSION 8
#include <node_api.h>
#include <stdlib.h>
#include <string.h>

#define TEXT(text) ((countersign_str){(text), strlen(text)})
#define COUNT(array) (sizeof(array) / sizeof *(array))

/* What one environment has: the main thread's and every worker's are their own. */
typedef struct {
    char *policy;
    countersign_verifier *verifier;
    countersign_decision *decision;
} guard;

static void guard_free(napi_env env, void *data, void *hint)
{
    guard *kept = data;
    (void)env, (void)hint;
    countersign_decision_free(kept->decision);
    countersign_verifier_free(kept->verifier);
    free(kept->policy);
    free(kept);
}

/* The text of a string in memory of the caller's to free; NULL, with a JavaScript error pending, for anything else. */
static char *text_of(napi_env env, napi_value value)
{
    size_t length = 0;
    char *text = NULL;
    if (napi_get_value_string_utf8(env, value, NULL, 0, &length) == napi_ok && (text = malloc(length + 1)) != NULL)
        napi_get_value_string_utf8(env, value, text, length + 1, &length);
    else
        napi_throw_type_error(env, NULL, "policy and authorization are strings");
    return text;
}

/* Puts the view into the object; one without data is null. */
static void put(napi_env env, napi_value object, const char *name, countersign_str view)
{
    napi_value value;
    if (view.data == NULL)
        napi_get_null(env, &value);
    else
        napi_create_string_utf8(env, view.data, view.len, &value);
    napi_set_named_property(env, object, name, value);
}

/* Loads the policy unless it is the present one; takes over `policy`. False, with an error pending, if it is refused. */
static bool load(napi_env env, guard *kept, char *policy)
{
    countersign_verifier *fresh = NULL;
    countersign_report *report = NULL;
    if (kept->policy != NULL && strcmp(kept->policy, policy) == 0) {
        free(policy);
        return true;
    }
    countersign_status status = countersign_verifier_from_json(NULL, TEXT(policy), &fresh, &report);
    countersign_report_free(report);
    if (status != COUNTERSIGN_OK) {
        free(policy);
        napi_throw_error(env, "policy_invalid", "the policy is refused");
        return false;
    }
    countersign_verifier_free(kept->verifier);
    free(kept->policy);
    kept->verifier = fresh;
    kept->policy = policy;
    return true;
}

static napi_value answer(napi_env env, const countersign_decision *decision)
{
    napi_value object, allowed, status;
    countersign_str name, challenge = {NULL, 0}, subject = {NULL, 0};
    napi_create_object(env, &object);
    napi_get_boolean(env, countersign_decision_allowed(decision), &allowed);
    napi_set_named_property(env, object, "allowed", allowed);
    napi_create_uint32(env, countersign_decision_http_status(decision), &status);
    napi_set_named_property(env, object, "status", status);
    put(env, object, "reason", countersign_reason_name(countersign_decision_reason(decision)));
    if (countersign_decision_subject(decision, &subject) != COUNTERSIGN_OK) subject.data = NULL;
    put(env, object, "subject", subject);
    if (countersign_decision_field_at(decision, 0, &name, &challenge) != COUNTERSIGN_OK) challenge.data = NULL;
    put(env, object, "challenge", challenge);
    return object;
}

static napi_value check(napi_env env, napi_callback_info info)
{
    napi_value arguments[3], result = NULL;
    size_t count = COUNT(arguments);
    guard *kept = NULL;
    int64_t now = 0;
    napi_get_cb_info(env, info, &count, arguments, NULL, NULL);
    if (napi_get_instance_data(env, (void **)&kept) != napi_ok || kept == NULL || count < COUNT(arguments) ||
        napi_get_value_int64(env, arguments[2], &now) != napi_ok) {
        napi_throw_type_error(env, NULL, "check takes a policy, an Authorization value and the time");
        return NULL;
    }
    char *policy = text_of(env, arguments[0]);
    char *authorization = policy == NULL ? NULL : text_of(env, arguments[1]);
    if (authorization == NULL) {
        free(policy);
        return NULL;
    }
    if (load(env, kept, policy)) {
        countersign_field line = {TEXT("Authorization"), TEXT(authorization)};
        countersign_request request = {.struct_size = sizeof request, .method = TEXT("GET"), .target = TEXT("/"),
                                       .fields = &line, .field_count = 1, .now_seconds = now};
        countersign_check(kept->verifier, &request, kept->decision);
        result = answer(env, kept->decision);
    }
    free(authorization);
    return result;
}

static napi_value backend(napi_env env, napi_callback_info info)
{
    napi_value value;
    countersign_str name = countersign_backend();
    (void)info;
    napi_create_string_utf8(env, name.data, name.len, &value);
    return value;
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */)
{
    guard *kept = calloc(1, sizeof *kept);
    napi_property_descriptor functions[] = {
        {.utf8name = "check", .method = check, .attributes = napi_enumerable},
        {.utf8name = "backend", .method = backend, .attributes = napi_enumerable},
    };
    if (kept == NULL || countersign_decision_new(&kept->decision) != COUNTERSIGN_OK) {
        free(kept);
        napi_throw_error(env, NULL, "out of memory");
        return NULL;
    }
    napi_set_instance_data(env, kept, guard_free, NULL);
    napi_define_properties(env, exports, COUNT(functions), functions);
    return exports;
}
