//! Being there, and having something for others who are.

use elizabeth_api::{BePresent, PresentObject, SendSignal};
use elizabeth_core::{Caller, name::RoomRef, service::Listening};

use super::crowd::{Crowded, Who};
use crate::{
    problem::{Problem, RequestCode},
    state::AppState,
};

/// The longest of each, as the schema says.
const NAME_MAX: usize = 40;
const WORD_MAX: usize = 20;
const PLACE_MAX: usize = 512;
const SIGNAL_MAX: usize = 4096;

/// Those who are there, as somebody sees them: who has a drop box sees nobody else.
pub(crate) async fn present(
    state: &AppState,
    room: &RoomRef,
    caller: &Caller,
) -> Result<Vec<PresentObject<'static>>, Problem> {
    Ok(seen(state, &state.app().listen(room, caller).await?))
}

fn seen(state: &AppState, listening: &Listening) -> Vec<PresentObject<'static>> {
    let me = Who::of(listening.room, listening.session);
    let here = state.hub().crowd(listening.room).into_iter();
    let seen = here.filter(|(who, _)| listening.visible.is_none() || *who == me);
    let object =
        |(who, sign): (Who, _)| PresentObject { session: who.to_string().into(), sign, me: who == me };
    seen.map(object).collect()
}

/// Somebody says that they are there; those who are.
pub(crate) async fn appear(
    state: &AppState,
    room: &RoomRef,
    caller: &Caller,
    sign: BePresent,
) -> Result<Vec<PresentObject<'static>>, Problem> {
    check(&sign)?;
    let listening = state.app().listen(room, caller).await?;
    state.limiter().map_or(Ok(()), |limiter| limiter.sign(listening.session))?;
    let me = Who::of(listening.room, listening.session);
    state.hub().appear(listening.room, me, &sign).map_err(|Crowded| {
        Problem::new(RequestCode::TooManyPresent, "as many say that they are here as may")
    })?;
    Ok(seen(state, &listening))
}

/// Somebody who is there sends something to somebody else who is.
pub(crate) async fn signal(
    state: &AppState,
    room: &RoomRef,
    caller: &Caller,
    SendSignal { to, data }: SendSignal,
) -> Result<(), Problem> {
    if data.len() > SIGNAL_MAX {
        return Err(too_long("data", SIGNAL_MAX));
    }
    let listening = state.app().listen(room, caller).await?;
    state.limiter().map_or(Ok(()), |limiter| limiter.sign(listening.session))?;
    let (room, me) = (listening.room, Who::of(listening.room, listening.session));
    let not_here = |who| Problem::new(RequestCode::NotPresent, format!("{who} is not here"));
    if !state.hub().is_here(room, me) {
        return Err(not_here("who sends this"));
    }
    // Who sees nobody else has nobody to send to.
    let to = Who::parse(&to).filter(|to| listening.visible.is_none() || *to == me);
    match to {
        Some(to) if state.hub().signal(room, [me, to], data) => Ok(()),
        Some(_) | None => Err(not_here("that session")),
    }
}

fn check(sign: &BePresent) -> Result<(), Problem> {
    let wrong = |what: &str| Err(Problem::new(RequestCode::InvalidJson, format!("{what} cannot be used")));
    let BePresent { name, colour, doing, at } = sign;
    let is_name =
        |name: &String| (1..=NAME_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control);
    let is_colour = |colour: &String| {
        let hex = colour.strip_prefix('#').unwrap_or_default();
        hex.len() == 6 && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
    };
    let is_word = |word: &String| {
        (1..=WORD_MAX).contains(&word.len())
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')
    };
    if !name.as_ref().is_none_or(is_name) {
        return wrong("this name");
    }
    if !colour.as_ref().is_none_or(is_colour) {
        return wrong("this colour");
    }
    if !doing.as_ref().is_none_or(is_word) {
        return wrong("what is said to be done");
    }
    if at.as_ref().is_some_and(|at| at.len() > PLACE_MAX) {
        return Err(too_long("at", PLACE_MAX));
    }
    Ok(())
}

fn too_long(what: &str, most: usize) -> Problem {
    Problem::new(RequestCode::BodyTooLarge, format!("`{what}` has at most {most} bytes"))
}
