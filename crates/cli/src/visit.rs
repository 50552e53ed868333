//! From what stands on the command line to a room that is entered.

use clap::Args;
use elizabeth_client::{
    Client, ClientError, Content, CreateRoom, Credentials, ErrorCode, OwnerKey, Room, Secret, Server,
    Session, Target, Which, read,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::{
    error::Error, keys::Keys, memory::MemoryError, progress::Progress, sessions::Sessions, terminal,
    words::Permissions,
};

/// The password's variable. There is no flag for it: other users of a machine can see the arguments of a program.
const PASSWORD: &str = "ELIZABETH_PASSWORD";

/// What the tool calls itself.
const USER_AGENT: &str = concat!("elizabeth-cli/", env!("CARGO_PKG_VERSION"));

/// How to get to a room and into it.
#[derive(Args)]
#[command(next_help_heading = "Getting in")]
pub(crate) struct Access {
    /// Server of rooms that are written without one
    #[arg(long, env = "ELIZABETH_SERVER", value_name = "URL")]
    server: Option<String>,
    /// Owner key of the room [default: the one that is remembered, if any]
    #[arg(long, env = "ELIZABETH_OWNER_KEY", hide_env_values = true, value_name = "KEY")]
    owner_key: Option<SecretString>,
    /// Key that the server wants to see before it makes a room
    #[arg(long, env = "ELIZABETH_CREATE_KEY", hide_env_values = true, value_name = "KEY")]
    create_key: Option<SecretString>,
    /// Read the room's password from the first line of standard input [default: ELIZABETH_PASSWORD, or asked for
    /// on a terminal when it is needed]
    #[arg(long)]
    pub(crate) password_stdin: bool,
}

/// A room that is about to be entered.
pub(crate) struct Visit {
    pub(crate) client: Client,
    pub(crate) target: Target,
    pub(crate) credentials: Credentials,
}

impl Access {
    /// Reads an address, and finds what there is to show at the door. Nothing is sent yet.
    pub(crate) async fn visit(&self, room: &str) -> Result<Visit, Error> {
        let server =
            self.server.as_deref().filter(|server| !server.is_empty()).map(Server::parse).transpose();
        let server =
            server.map_err(|source| Error::Target { what: "--server (ELIZABETH_SERVER)", source })?;
        let target = Target::parse(room, server.as_ref());
        let target = target.map_err(|source| Error::Target { what: "the room's address", source })?;
        let password = match (self.password_stdin, std::env::var(PASSWORD)) {
            (true, _) => match terminal::read_password().await? {
                None => {
                    return Err(Error::Usage("--password-stdin: standard input has no first line".into()));
                }
                password => password,
            },
            (false, Ok(password)) => Some(password).filter(|it| !it.is_empty()).map(SecretString::from),
            (false, Err(_)) => None,
        };
        let given = self.owner_key.clone().filter(|key| !key.expose_secret().is_empty());
        let owner_key = match given {
            Some(key) => Some(OwnerKey { key, remembered: false }),
            None => remembered(&target)?.map(|key| OwnerKey { key, remembered: true }),
        };
        let credentials = Credentials { owner_key, password };
        let mut client = Client::new(target.server.clone(), USER_AGENT)?;
        if let Some(key) = self.create_key.as_ref().filter(|key| !key.expose_secret().is_empty()) {
            let unfit = "--create-key (ELIZABETH_CREATE_KEY): it is no key, which is of visible characters";
            client = client.with_create_key(key).map_err(|_| Error::Usage(unfit.into()))?;
        }
        Ok(Visit { client, target, credentials })
    }

    /// The same for a room as a whole.
    pub(crate) async fn visit_room(&self, room: &str) -> Result<Visit, Error> {
        let visit = self.visit(room).await?;
        if visit.target.content.is_some() {
            return Err(Error::Usage("the address names a content, and a room is meant".into()));
        }
        Ok(visit)
    }
}

/// The remembered key of a room; without a folder nothing was remembered.
fn remembered(target: &Target) -> Result<Option<SecretString>, MemoryError> {
    match Keys::locate() {
        Err(MemoryError::NoFolder) => Ok(None),
        keys => keys?.find(&target.server, &target.room),
    }
}

impl Visit {
    /// Enters the room. Where it needs a password and none was given, it is asked for on a terminal.
    pub(crate) async fn enter(&mut self) -> Result<Session, Error> {
        let entered = Session::enter(&self.client, &self.target.room, &self.credentials).await;
        match entered {
            Err(error) if error.is(ErrorCode::WrongPassword) && self.credentials.password.is_none() => {
                let question = format!("Password of {}", self.target.room);
                let Some(password) = terminal::ask_password(&question).await? else {
                    return Err(error.into());
                };
                self.credentials.password = Some(password);
                Ok(Session::enter(&self.client, &self.target.room, &self.credentials).await?)
            }
            entered => Ok(entered?),
        }
    }

    /// Enters the room, and makes it first where it is not there and is to be made.
    pub(crate) async fn enter_at_will(
        &mut self,
        create: bool,
        progress: &Progress,
    ) -> Result<Session, Error> {
        if create { self.enter_or_create(progress).await } else { self.enter().await }
    }

    /// The same for what a later command is to go on with: as an owner, or in the session of the command before, which
    /// is no entry then. Also whether a later command can.
    pub(crate) async fn enter_to_come_back(
        &mut self,
        create: bool,
        progress: &Progress,
    ) -> Result<(Session, bool), Error> {
        let sessions = match Sessions::locate() {
            Err(MemoryError::NoFolder) => None,
            sessions => Some(sessions?),
        };
        let key_given = self.credentials.owner_key.as_ref().is_some_and(|key| !key.remembered);
        if let Some(sessions) = sessions.as_ref().filter(|_| !key_given)
            && let Some(session) = sessions.take_up(&self.client, &self.target).await?
        {
            return Ok((session, true));
        }
        let mut session = self.enter_at_will(create, progress).await?;
        if session.is_by_key() {
            return Ok((session, true));
        }
        let Some(sessions) = sessions else { return Ok((session, false)) };
        let way_back = session.leave_a_way_back().await?;
        match sessions.remember(&self.target, &way_back) {
            Ok(()) => Ok((session, true)),
            Err(error) => {
                progress.remark(&format!("{error}; what is broken off begins anew"));
                Ok((session, false))
            }
        }
    }

    /// What is done about the session that was kept to come back, if any can be.
    pub(crate) fn of_session(
        &self,
        change: impl FnOnce(&Sessions, &Target) -> Result<(), MemoryError>,
    ) -> Result<(), Error> {
        match Sessions::locate() {
            Err(MemoryError::NoFolder) => Ok(()),
            sessions => Ok(change(&sessions?, &self.target)?),
        }
    }

    /// Enters the room; where it is not there, or not any more, it is made, with the password that was given if any.
    pub(crate) async fn enter_or_create(&mut self, progress: &Progress) -> Result<Session, Error> {
        match self.enter().await {
            // The name of a room that is over is free again.
            Err(Error::Client(error))
                if error.is(ErrorCode::RoomNotFound) || error.is(ErrorCode::RoomExpired) => {}
            entered => return entered,
        }
        let password = self.credentials.password.clone().map(Secret);
        match self.create(CreateRoom { password, ..CreateRoom::default() }).await {
            Ok(_) => progress.remark(&format!("made the room {}", self.target.link())),
            // Somebody else was faster, and it is there now.
            Err(Error::Client(error)) if error.is(ErrorCode::NameTaken) => {}
            Err(error) => return Err(error),
        }
        self.enter().await
    }

    /// Makes the room and remembers its key. Its object, and the key. Where `options` do not say what guests may do,
    /// they may not delete: by itself a server lets them, the room as well.
    pub(crate) async fn create(&mut self, mut options: CreateRoom) -> Result<(Value, SecretString), Error> {
        options.permission = options.permission.or_else(|| Permissions::all(&Permissions::USUAL));
        let keys = Keys::locate()?;
        keys.prepare()?;
        let (created, key) = self.client.create_room(&self.target.room, &options).await?;
        keys.remember(self.client.server(), &read::<Room>(&created)?, &key)?;
        self.credentials.owner_key = Some(OwnerKey { key: key.clone(), remembered: true });
        Ok((created, key))
    }

    /// Takes note of what a room of whom a key is remembered answers to by now.
    pub(crate) fn note(&self, room: &Room) -> Result<(), Error> {
        match Keys::locate() {
            Err(MemoryError::NoFolder) => Ok(()),
            keys => Ok(keys?.update(self.client.server(), room)?),
        }
    }

    /// Forgets the room's key: it is gone.
    pub(crate) fn forget(&self) -> Result<(), Error> {
        match Keys::locate() {
            Err(MemoryError::NoFolder) => Ok(()),
            keys => Ok(keys?.forget(self.client.server(), &self.target.room)?),
        }
    }
}

/// The newest content of a name among a room's, or the one of a number.
pub(crate) fn pick<'a>(contents: &'a [Content], which: &Which) -> Option<&'a Content> {
    match which {
        Which::Id(id) => contents.iter().find(|content| content.id == *id),
        Which::Name(name) => {
            let named = contents.iter().filter(|content| content.file_name.as_deref() == Some(name));
            named.max_by_key(|content| content.id)
        }
    }
}

/// All contents of a room, as far as they are looked at here.
pub(crate) async fn contents(session: &mut Session) -> Result<Vec<Content>, Error> {
    let all = session.contents().await?;
    let read = all.iter().map(read);
    Ok(read.collect::<Result<_, ClientError>>()?)
}
