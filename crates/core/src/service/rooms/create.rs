use secrecy::SecretString;

use crate::{
    Elizabeth, Error, Result,
    client::Client,
    name::{RoomName, RoomRef},
    permission::Permission,
    ports::StoreError,
    room::{
        NewRoom, Password, Room, RoomChange, RoomOptions, check_expire_at, check_max_entries, check_max_size,
        default_expire_at,
    },
    secret::{KeyHash, OWNER_KEY_PREFIX, opaque_secret},
};

/// A room that was just made.
#[derive(Debug)]
pub struct CreatedRoom {
    /// The room.
    pub room: Room,
    /// What makes its holder the owner. It is kept as a hash only: this is the one time it can be read.
    pub owner_key: SecretString,
}

impl Elizabeth {
    /// Makes a room. A name whose room has expired is free again, collected or not.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`]; [`Error::NameTaken`] when the name is another room's, or the private slug of one;
    /// [`Error::StorageFull`].
    pub async fn create_room(&self, name: RoomName, options: RoomOptions) -> Result<CreatedRoom> {
        let now = self.now();
        let policy = self.policy();
        let password = options.password.as_ref().map(Password::parse).transpose()?;
        let max_size = check_max_size(policy, options.max_size)?;
        let max_entries = check_max_entries(options.max_entries.or(policy.room_max_entries))?;
        let expire_at = match options.expire_at {
            Some(at) => check_expire_at(policy, now, Some(at))?,
            None => default_expire_at(policy, now),
        };
        let password_hash = match password {
            Some(password) => {
                // Hashing is dear: not for a name that is taken.
                let address = RoomRef::from(name.clone());
                let taken = self.ports.store.read().await?.access(&address, None, now).await?;
                if taken.is_some_and(|access| !access.room.is_expired(now)) {
                    return Err(Error::NameTaken);
                }
                Some(self.hash_password(&password, options.client).await?)
            }
            None => None,
        };
        let permission = options.permission.unwrap_or(Permission::all());
        let owner_key = opaque_secret(OWNER_KEY_PREFIX, self.ports.entropy.bytes());
        let new = NewRoom {
            slug: self.slug_for(&name, permission),
            name,
            password_hash,
            owner_key_hash: KeyHash::of(&owner_key),
            permission,
            max_size,
            max_entries,
            expire_at,
            created_at: now,
        };
        let room = self.retried(|| self.insert_room(&new, options.claimed)).await?;
        Ok(CreatedRoom { room, owner_key: owner_key.into() })
    }

    /// Adds a room, in place of one of its name whose time is over. It begins as its place is found to be free.
    async fn insert_room(&self, new: &NewRoom, claimed: bool) -> Result<Room> {
        let address = RoomRef::from(new.name.clone());
        let free = self.free_space().await?;
        let mut tx = self.ports.store.begin().await?;
        let mut now = self.now();
        let mut replaced = None;
        if let Some(access) = tx.lock_room(&address, None, now).await? {
            now = self.now();
            // One that is over only because the clock has leapt keeps its name, as it is kept itself.
            if !access.room.is_expired(now) || !access.room.is_expired(self.horizon(tx.as_mut()).await?) {
                return Err(Error::NameTaken);
            }
            tx.delete_room(access.room.id).await?;
            replaced = Some(access.room.id);
        }
        self.admit_row(free)?;
        let new = NewRoom { created_at: now, ..new.clone() };
        let id = match tx.insert_room(&new).await {
            Err(StoreError::AddressTaken) => return Err(Error::NameTaken),
            result => result?,
        };
        if claimed {
            let change = RoomChange { owner_claimed: Some(true), ..RoomChange::default() };
            tx.change_room(id, &change).await?;
        }
        self.observer.in_room(id);
        let room = tx.room(id, now).await?.ok_or(Error::RoomNotFound)?;
        tx.commit().await?;
        if let Some(replaced) = replaced {
            self.watch.removed(replaced);
        }
        Ok(room)
    }

    /// What a room answers to: its name while SHARE is on, else a slug that nobody can guess.
    pub(crate) fn slug_for(&self, name: &RoomName, permission: Permission) -> String {
        if permission.contains(Permission::SHARE) {
            name.as_str().to_owned()
        } else {
            name.private_slug(self.ports.entropy.uuid())
        }
    }

    pub(crate) async fn hash_password(&self, password: &Password, client: Option<Client>) -> Result<String> {
        Ok(self.ports.passwords.hash(password, self.ports.entropy.bytes(), client).await?)
    }
}
