//! Every call of the interface with a test that exercises it; the permission table goes through them all again.

use std::{collections::BTreeMap, fs};

use crate::support::TestServer;

const ROWS: &str = "
    POST /rooms/{room}                          rooms::a_room_is_made_as_asked_in_body_or_query
    GET /rooms/{room}                           states::a_room_says_how_long_it_has_left_and_then_that_it_is_over
    DELETE /rooms/{room}                        rooms::a_room_that_is_deleted_is_gone_with_its_tokens_and_blobs
    POST /rooms/{room}/permissions              rooms::permissions_come_in_every_spelling
    POST /rooms/{room}/settings                 states::settings_stay_within_the_servers_ceilings
    POST /rooms/{room}/tokens                   tokens::an_entry_gives_a_token_that_says_what_it_is
    POST /rooms/{room}/tokens/validate          tokens::an_entry_gives_a_token_that_says_what_it_is
    GET /rooms/{room}/tokens                    tokens::tokens_are_listed_and_revoked
    DELETE /rooms/{room}/tokens/{jti}           tokens::tokens_are_listed_and_revoked
    POST /rooms/{room}/tokens/revoke            tokens::tokens_are_listed_and_revoked
    POST /rooms/{room}/tickets                  tickets::tickets_are_made_listed_and_revoked
    GET /rooms/{room}/tickets                   tickets::tickets_are_made_listed_and_revoked
    DELETE /rooms/{room}/tickets/{id}           tickets::tickets_are_made_listed_and_revoked
    GET /rooms/{room}/events                    events::what_happens_is_heard_in_order_with_what_it_is_about
    GET /rooms/{room}/presence                  presence::who_is_there_is_seen_and_heard
    POST /rooms/{room}/presence                 presence::who_is_there_is_seen_and_heard
    POST /rooms/{room}/signals                  presence::a_signal_reaches_the_one_it_is_for
    POST /auth/refresh                          tokens::a_refresh_token_works_once
    POST /auth/logout                           tokens::logging_out_ends_the_session
    POST /auth/revoke                           tokens::logging_out_ends_the_session
    POST /auth/cleanup                          tokens::cleaning_up_is_for_the_admin
    DELETE /auth/cleanup                        tokens::cleaning_up_is_for_the_admin
    GET /rooms/{room}/contents                  contents::lists_come_in_pages
    POST /rooms/{room}/contents/prepare         contents::files_are_announced_and_uploaded_in_any_order
    POST /rooms/{room}/contents                 contents::files_are_announced_and_uploaded_in_any_order
    DELETE /rooms/{room}/reservations/{id}      contents::a_reservation_is_given_back
    PUT /rooms/{room}/files/{file_name}         files::a_file_is_put_in_one_call
    POST /rooms/{room}/uploads/chunks/prepare   chunks::a_file_comes_in_chunks
    PUT /rooms/{room}/uploads/chunks/{file_index}/{chunk_index}  chunks::a_file_comes_in_chunks
    GET /rooms/{room}/uploads/chunks/status     chunks::a_file_comes_in_chunks
    POST /rooms/{room}/uploads/chunks/complete  chunks::a_file_comes_in_chunks
    POST /rooms/{room}/uploads/chunks           chunks::a_chunk_comes_as_a_form
    GET /rooms/{room}/uploads                   chunks::uploads_under_way_are_listed
    DELETE /rooms/{room}/uploads/chunks/{reservation_id}  chunks::an_upload_is_given_up
    POST /rooms/{room}/texts                    texts::a_text_is_a_content_that_says_something
    POST /rooms/{room}/urls                     texts::a_link_leads_somewhere_and_does_nothing_else
    PATCH /rooms/{room}/contents/{id}           changes::the_second_of_two_editors_is_told_what_the_first_one_wrote
    GET /rooms/{room}/contents/{id}             delivery::ranges_and_conditions
    HEAD /rooms/{room}/contents/{id}            delivery::ranges_and_conditions
    GET /rooms/{room}/contents/{id}/download    delivery::what_is_safe_is_shown_and_the_rest_is_an_attachment
    HEAD /rooms/{room}/contents/{id}/download   permission_table::an_owner_may_do_everything_whatever_the_room_allows
    GET /rooms/{room}/contents/{id}/meta        contents::meta_has_the_version_as_its_tag
    POST /rooms/{room}/contents/{id}/edits      edits::edits_are_made_one_behind_the_other_and_come_back
    GET /rooms/{room}/contents/{id}/edits       edits::edits_are_made_one_behind_the_other_and_come_back
    PUT /rooms/{room}/contents/{id}/thumbnail   thumbnails::a_thumbnail_is_put_shown_replaced_and_deleted_with_its_content
    GET /rooms/{room}/contents/{id}/thumbnail   thumbnails::a_thumbnail_is_put_shown_replaced_and_deleted_with_its_content
    HEAD /rooms/{room}/contents/{id}/thumbnail  thumbnails::a_thumbnail_is_put_shown_replaced_and_deleted_with_its_content
    DELETE /rooms/{room}/contents               contents::contents_are_deleted_all_or_none
    GET /rooms/{room}/archive.zip               archive::an_archive_is_what_the_room_holds
    HEAD /rooms/{room}/archive.zip              archive::an_archive_that_cannot_be_made_is_refused_or_breaks
    GET /health                                 system::health_readiness_status_and_config
    GET /ready                                  system::health_readiness_status_and_config
    GET /status                                 system::health_readiness_status_and_config
    GET /config                                 system::health_readiness_status_and_config
    GET /openapi.json                           document::every_code_is_documented_with_its_status
    GET /docs                                   document::the_document_is_shown_as_a_page
    GET /scalar                                 document::the_document_is_shown_as_a_page
    GET /admin/rooms                            admin::rooms_are_listed_for_the_admin
    POST /admin/gc                              admin::the_admin_collects_what_is_over
";

/// The rows are the operations of the document, and the tests are there.
#[tokio::test(flavor = "multi_thread")]
async fn every_call_has_its_test() {
    let rows: BTreeMap<String, &str> = ROWS
        .lines()
        .filter(|line| !line.trim().is_empty())
        .map(|line| {
            let (row, test) = line.trim().rsplit_once(' ').unwrap();
            (row.trim().to_owned(), test)
        })
        .collect();
    let server = TestServer::start().await;
    let document = server.get("/openapi.json", None).await;
    let mut documented = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let path = path.strip_prefix("/api/v1").unwrap();
        documented.extend(
            item.as_object()
                .map(serde_json::Map::keys)
                .into_iter()
                .flatten()
                .map(|method| format!("{} {path}", method.to_uppercase())),
        );
    }
    documented.sort();
    assert_eq!(rows.keys().cloned().collect::<Vec<_>>(), documented);
    for (row, test) in rows {
        let (module, test) = test.split_once("::").unwrap();
        let file = format!("{}/tests/api/{module}.rs", env!("CARGO_MANIFEST_DIR"));
        let text = fs::read_to_string(file).unwrap();
        assert!(text.contains(&format!("async fn {test}()")), "{row}: there is no test {test}");
    }
}
