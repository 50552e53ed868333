use crate::{
    Result,
    id::{RoomId, SessionId},
    service::room_tx::RoomTx,
    time::Timestamp,
};

/// Ends a session, in a transaction that goes on and has the room locked: its uploads lapse, its tokens, refresh tokens
/// and tickets are revoked. What it added stays.
pub(crate) async fn end_session(tx: &mut RoomTx, room: RoomId, sid: SessionId, now: Timestamp) -> Result<()> {
    // Holds before tokens, in the order of the sweeper, which locks no room.
    tx.lapse_session_holds(sid).await?;
    tx.note_revoked();
    tx.revoke_session_tokens(room, sid, now).await?;
    tx.revoke_session_refresh(room, sid, now).await?;
    tx.revoke_session_tickets(room, sid, now).await?;
    Ok(())
}
