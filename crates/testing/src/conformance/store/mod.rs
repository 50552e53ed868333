//! What every store must do, one case a promise.

use std::sync::Arc;

use async_trait::async_trait;
use elizabeth_core::ports::{ReadTx, Store, WriteTx};
use futures::future::BoxFuture;

use super::Spawn;

pub mod changes;
pub mod contents;
pub mod edits;
pub mod events;
mod given;
pub mod installation;
pub mod leases;
pub mod model;
pub mod reservations;
pub mod rooms;
pub mod sweep;
pub mod thumbnails;
pub mod tickets;
pub mod tokens;
pub mod totals;
pub mod transactions;
pub mod uploads;

/// A store to be tested.
#[async_trait]
pub trait StoreFixture: Send + Sync + 'static {
    /// A store of its own with nothing in it.
    async fn open() -> Self
    where
        Self: Sized;

    /// The store.
    fn store(&self) -> Arc<dyn Store>;

    /// The same data as another process would open it, while the first handle stays in use.
    async fn reopen(&self) -> Arc<dyn Store>;
}

/// A store under test, with what the cases need besides.
pub struct Bench {
    fixture: Box<dyn StoreFixture>,
    another: fn() -> BoxFuture<'static, Box<dyn StoreFixture>>,
    spawn: Spawn,
}

impl Bench {
    /// A bench with a new store.
    pub async fn open<F: StoreFixture>(spawn: Spawn) -> Self {
        let another = || -> BoxFuture<'static, Box<dyn StoreFixture>> {
            Box::pin(async { Box::new(F::open().await) as _ })
        };
        Self { fixture: another().await, another, spawn }
    }

    fn store(&self) -> Arc<dyn Store> {
        self.fixture.store()
    }

    async fn reopen(&self) -> Arc<dyn Store> {
        self.fixture.reopen().await
    }

    async fn begin(&self) -> Box<dyn WriteTx> {
        self.store().begin().await.unwrap()
    }

    async fn read(&self) -> Box<dyn ReadTx> {
        self.store().read().await.unwrap()
    }
}

/// Expands the store suite for a [`StoreFixture`]: one `#[tokio::test]` a case.
#[macro_export]
macro_rules! store_conformance {
    ($fixture:ty) => {
        $crate::__store_cases! { $fixture;
            rooms:
                what_is_absent_is_none,
                a_room_comes_back_whole,
                a_room_of_extremes_comes_back_whole,
                a_room_answers_to_its_name_and_its_slug,
                addresses_are_compared_exactly,
                a_name_is_taken_by_a_name,
                a_name_is_taken_by_a_slug,
                a_slug_is_taken_by_a_name,
                a_slug_is_taken_by_a_slug,
                a_taken_address_leaves_the_transaction_usable,
                a_change_of_slug_to_a_taken_one_changes_nothing,
                a_change_touches_only_the_columns_given,
                a_change_clears_what_can_be_cleared,
                a_slug_is_free_once_it_has_changed,
                a_room_may_take_its_own_name_as_slug_again,
                a_deleted_room_frees_its_addresses,
                room_numbers_ascend_and_are_never_reused,
                access_tells_the_tokens_of_that_room_only,
                reserved_size_counts_live_holds_only,
                stored_size_follows_inserts_and_deletes,
                locking_tells_what_access_tells,
                rooms_are_listed_in_pages;
            tokens:
                a_token_comes_back_whole,
                a_token_is_known_in_its_room_only,
                live_tokens_are_listed_oldest_first,
                a_revoked_token_keeps_its_first_instant,
                a_session_is_revoked_alone,
                revoking_a_sessions_tokens_leaves_its_refresh_tokens,
                revoking_guests_spares_owners,
                a_refresh_token_comes_back_whole,
                a_refresh_token_is_used_once,
                of_many_at_once_one_uses_a_refresh_token,
                dead_tokens_are_counted_and_deleted;
            tickets:
                a_ticket_comes_back_whole,
                a_ticket_is_known_in_its_room_only,
                live_tickets_are_listed_in_order,
                a_ticket_is_used_as_often_as_it_allows,
                of_many_at_once_no_more_use_a_ticket_than_it_allows,
                a_revoked_ticket_keeps_its_first_instant,
                revoking_guests_revokes_the_tickets_they_made,
                revoking_a_session_revokes_the_tickets_it_made,
                a_ticket_goes_with_its_content_and_its_room,
                dead_tickets_are_counted_and_deleted,
                ticket_numbers_ascend_and_are_never_reused;
            contents:
                a_content_without_segments_comes_back,
                a_content_comes_back_with_its_segments_in_order,
                a_content_of_extremes_comes_back_whole,
                contents_of_every_kind_come_back,
                texts_are_listed_up_to_a_limit,
                contents_are_listed_by_session,
                content_access_tells_this_rooms_contents_only,
                contents_are_listed_in_pages,
                contents_are_found_by_number_in_their_room,
                the_newest_content_of_a_name_is_found,
                content_numbers_ascend_and_are_never_reused,
                deleting_contents_frees_and_queues,
                deleting_contents_ignores_other_rooms,
                deleting_a_room_takes_everything_with_it,
                deleting_a_room_spares_its_neighbours,
                downloads_are_counted_to_the_limit,
                of_many_at_once_no_more_download_than_allowed,
                downloads_change_nothing_else;
            changes:
                a_change_of_a_content_touches_only_what_is_given,
                a_new_body_replaces_the_old_one,
                a_change_of_nothing_changes_nothing,
                downloads_of_before_a_limit_are_not_counted_under_it,
                a_changed_end_is_the_one_that_counts,
                a_list_can_go_without_texts,
                writers_of_one_content_lose_nothing;
            thumbnails:
                a_thumbnail_comes_back_whole,
                a_thumbnail_is_counted_until_its_content_goes,
                a_limit_of_downloads_drops_a_thumbnail,
                thumbnails_put_at_once_count_once;
            edits:
                edits_come_back_in_order,
                old_edits_are_forgotten,
                edits_go_with_their_text;
            reservations:
                a_reservation_comes_back_whole,
                reservations_of_extremes_come_back_whole,
                a_reservation_is_known_in_its_room_only,
                a_hold_is_updated_until_its_reservation_is_gone,
                a_reservation_is_deleted_once,
                live_holds_end_at_their_deadline,
                reservation_numbers_ascend_and_are_never_reused,
                lapsed_reservations_are_counted_and_deleted,
                announcements_are_extended_and_retracted,
                lapsed_announcements_become_queued_blobs;
            uploads:
                an_upload_comes_back_whole,
                an_upload_is_known_in_its_room_only,
                live_uploads_are_listed_oldest_first,
                many_uploads_are_listed,
                chunks_come_back_in_order,
                chunks_are_counted_and_hashed_along,
                a_settled_file_hands_its_blobs_over,
                a_content_is_queued_once_while_its_upload_is_kept,
                a_deleted_upload_queues_its_chunks,
                lapsed_uploads_queue_their_chunks,
                deleting_a_room_queues_its_chunks,
                revoking_guests_ends_their_uploads,
                a_sessions_holds_end_with_it,
                one_announcement_is_extended_and_retracted;
            sweep:
                expired_rooms_are_listed_in_order,
                dead_contents_are_listed,
                the_queue_is_listed_in_pages,
                queueing_twice_is_queueing_once,
                counts_follow,
                the_store_works_and_has_a_name;
            leases:
                a_lease_is_one_holders,
                a_lease_is_prolonged_by_its_holder,
                a_lease_that_is_over_is_taken_over,
                a_lease_that_is_released_is_free,
                of_many_at_once_one_takes_a_lease;
            installation:
                what_is_known_of_the_installation_comes_back,
                an_installation_is_changed_by_a_commit_alone,
                of_many_names_at_once_one_is_kept;
            totals:
                totals_follow_what_is_stored_and_held,
                of_many_at_once_no_more_is_taken_than_there_is,
                rows_follow_contents_and_their_names,
                credentials_are_counted_and_make_way,
                uploads_are_counted_by_room_and_session,
                outlines_and_numbers_are_listed_in_parts;
            events:
                events_come_back_whole,
                many_events_are_numbered_in_their_room,
                an_undone_transaction_leaves_no_number,
                events_are_numbered_without_a_gap,
                events_go_with_their_room,
                old_events_are_removed,
                rooms_of_old_events_are_found,
                uploads_that_lapsed_are_listed;
            transactions:
                a_transaction_sees_what_it_wrote,
                a_dropped_transaction_leaves_no_trace,
                what_is_not_committed_is_invisible,
                what_is_committed_is_seen_by_another_process,
                a_reader_sees_what_was_committed_since_it_began,
                writers_of_one_room_never_exceed_its_size,
                writers_of_two_processes_never_exceed_its_size,
                writers_count_entries_without_losing_one,
                what_a_commit_found_is_committed_too,
                a_writer_dropped_midway_does_not_block_the_next,
                a_writer_that_gave_up_waiting_does_not_block_the_next;
            model:
                any_operations_answer_as_the_memory_store_does;
        }
    };
}

/// Expands the list of [`store_conformance!`](crate::store_conformance). Not part of the contract.
#[doc(hidden)]
#[macro_export]
macro_rules! __store_cases {
    ($fixture:ty; $($module:ident: $($case:ident),+;)+) => {
        $($(
            #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                $crate::__conformance_run!(
                    $crate::conformance::store::Bench,
                    $fixture,
                    $crate::conformance::store::$module::$case
                );
            }
        )+)+
    };
}
