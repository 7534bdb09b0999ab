"""What is promised and not yet held: tests that fail, by their id, each with its cause."""

NOT_YET_HELD = {
    "test_other_access.OtherAccess.test_as_the_subrequest_of_auth_request": "nginx asks no module in a subrequest",
    "test_flow.Flow.test_a_subrequest_is_judged": "the same, by an include of SSI",
    "test_variables.Variables.test_as_a_key_of_limit_req": "limit_req runs before the access phase has judged",
    "test_credentials.Credentials.test_session_cookies": "the fields of an allowed decision are not sent",
    "test_corpus.Corpus.test_rows_that_are_allowed_with_a_field": "the same",
    "test_config.Config.test_a_scope_that_cannot_be_written": "a constant scope is looked at when it is used",
    "test_config.Config.test_a_pointer_that_is_none": "any text behind a slash is taken",
    "test_config.Config.test_keys_of_an_issuer_that_no_policy_has": "keys of an unknown issuer are passed over",
}
