use axum::extract::State;
use elizabeth_api::{PermissionInput, RoomObject};
use elizabeth_core::permission::Permission;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Json},
    problem::Problem,
    state::AppState,
};

/// A room's permission, as its bits or as booleans. Where `permission` is there, it alone counts.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = SetPermissions)]
pub(crate) struct Body {
    permission: Option<PermissionInput>,
    /// Left out it is taken as false, as are the others. VIEW cannot be taken away.
    edit: Option<bool>,
    share: Option<bool>,
    delete: Option<bool>,
}

impl Body {
    fn permission(&self) -> Result<Permission, Problem> {
        if let Some(input) = self.permission {
            return Ok(input.permission()?);
        }
        let bits = [
            (self.edit, Permission::EDIT),
            (self.share, Permission::SHARE),
            (self.delete, Permission::DELETE),
        ];
        let given = bits.into_iter().filter(|(asked, _)| *asked == Some(true));
        Ok(given.fold(Permission::VIEW, |all, (_, bit)| all | bit))
    }
}

/// Set what guests may do. Switching SHARE off gives the room a new private slug.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/permissions", tag = "rooms",
    request_body = Body,
    responses(
        (status = 200, description = "The room, with its new slug", body = RoomObject),
        (status = 400, description = "`invalid_permission`"),
        (status = 403, description = "`owner_only`"),
    ),
)]
pub(crate) async fn set_permissions(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    Json(body): Json<Body>,
) -> Answer {
    let permission = body.permission()?;
    let room = state.app().set_permission(&room, credential.caller(), permission).await?;
    Ok(reply(&RoomObject::new(&room, state.app().now())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permissions_are_read_in_every_form() {
        for (body, bits) in [
            (r#"{"edit":true,"share":false,"delete":true}"#, 11),
            (r#"{"edit":true}"#, 3),
            (r#"{"share":null}"#, 1),
            (r#"{"permission":{"bits":7}}"#, 7),
            (r#"{"permission":6,"delete":true}"#, 7),
            (r#"{"permission":0}"#, 1),
            ("{}", 1),
        ] {
            let body: Body = serde_json::from_str(body).unwrap();
            assert_eq!(body.permission().unwrap().bits(), bits, "{body:?}");
        }
        let read = |text: &str| serde_json::from_str::<PermissionInput>(text);
        let refused = |invalid| Problem::from(invalid).status();
        assert_eq!(refused(read("16").unwrap().permission().unwrap_err()), 400);
        assert_eq!(refused(read("0").unwrap().invitation().unwrap_err()), 400);
    }
}
