use askama::Template;
use axum::{
    extract::{RawPathParams, State, rejection::RawPathParamsRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use bytesize::ByteSize;
use elizabeth_core::{
    content::Content, permission::Permission, room::Room, service::TicketView, ticket::Ticket,
};

use crate::{
    body::Answer, headers::accepts_html, links::segment, problem::Problem, protection::Kind, state::AppState,
};

#[derive(Template)]
#[template(path = "ticket.html")]
struct Page {
    title: String,
    lines: Vec<String>,
    button: Option<Button>,
}

struct Button {
    href: String,
    label: &'static str,
}

/// `GET` and `HEAD /s/{ticket}`: says what a ticket is for and asks before it spends it. Programs that look at links
/// for a preview may come as often as they like.
pub(crate) async fn ticket_page(
    State(state): State<AppState>,
    params: Result<RawPathParams, RawPathParamsRejection>,
    headers: HeaderMap,
) -> Answer {
    // What is no UTF-8 is a ticket all the same, only never a good one.
    let params = params.ok();
    let ticket = params.iter().flatten().next().map_or("", |(_, ticket)| ticket);
    match state.app().peek_ticket(ticket).await {
        Ok(view) => render(StatusCode::OK, &page(&state, ticket, &view)),
        Err(error) => refusal(error.into(), &headers),
    }
}

/// A problem as a page for who asks for one, and as a problem for programs.
fn refusal(problem: Problem, headers: &HeaderMap) -> Answer {
    if !problem.status().is_client_error() || !accepts_html(headers) {
        let mut response = problem.into_response();
        guard(&mut response);
        return Ok(response);
    }
    let page = Page {
        title: "This link opens nothing".into(),
        lines: vec![
            format!("Sorry: {}.", problem.text()),
            "Ask the person who sent it to you for a new one.".into(),
        ],
        button: None,
    };
    let mut response = render(problem.status(), &page)?;
    if let Some(miss) = problem.miss() {
        response.extensions_mut().insert(miss);
    }
    // For the log: the page itself has only a sentence.
    response.extensions_mut().insert(problem.code());
    if problem.status() == StatusCode::UNAUTHORIZED {
        response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    Ok(response)
}

fn page(state: &AppState, secret: &str, view: &TicketView) -> Page {
    let TicketView { ticket, room, content } = view;
    match content {
        Some(content) => download_page(state, secret, ticket, room, content),
        None => entry_page(state, secret, ticket, room),
    }
}

fn download_page(state: &AppState, secret: &str, ticket: &Ticket, room: &Room, content: &Content) -> Page {
    let name = match &content.file_name {
        Some(name) => name.last_segment().to_owned(),
        None => format!("{} {}", content.kind.as_str(), content.id),
    };
    let (slug, secret) = (segment(&room.slug), segment(secret));
    let path = format!("/api/v1/rooms/{slug}/contents/{}/download?ticket={secret}", content.id);
    let size = ByteSize(content.size).display().iec();
    Page {
        title: name,
        lines: vec![format!("{size} from the room {}.", room.name), uses_left(ticket, "downloaded")],
        button: Some(Button { href: state.links().local(path), label: "Download" }),
    }
}

fn entry_page(state: &AppState, secret: &str, ticket: &Ticket, room: &Room) -> Page {
    let allowed = Permission::effective(ticket.scope, ticket.granted, room.permission, false);
    // Behind the number sign, where it is never sent to a server: only the page that opens there reads it.
    let path = format!("/{}#ticket={}", segment(&room.slug), segment(secret));
    Page {
        title: format!("You are invited to the room {}", room.name),
        lines: vec![what_may_be_done(allowed), uses_left(ticket, "used")],
        button: Some(Button { href: state.links().local(path), label: "Enter" }),
    }
}

fn what_may_be_done(allowed: Permission) -> String {
    let words = [
        (Permission::VIEW, "look at everything"),
        (Permission::EDIT, "add to it"),
        (Permission::SHARE, "invite others"),
        (Permission::DELETE, "delete"),
    ];
    let words: Vec<&str> =
        words.iter().filter(|(bit, _)| allowed.contains(*bit)).map(|(_, word)| *word).collect();
    let words = match words.as_slice() {
        [] => return "There is nothing you may do in it at the moment.".into(),
        [one] => (*one).to_owned(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    };
    if allowed.contains(Permission::VIEW) {
        format!("You may {words}.")
    } else {
        format!("You may {words}; you will see what you add yourself, and nothing else.")
    }
}

fn uses_left(ticket: &Ticket, done: &str) -> String {
    // To the second, which all can read.
    let until = ticket.expires_at.floor_secs().to_string().replace('T', " ").replace('Z', " UTC");
    match ticket.max_uses.map(|max| max.saturating_sub(ticket.uses)) {
        None => format!("It can be {done} until {until}."),
        Some(1) => format!("It can be {done} once more, until {until}."),
        Some(left) => format!("It can be {done} {left} more times, until {until}."),
    }
}

fn render(status: StatusCode, page: &Page) -> Answer {
    let html = page.render().map_err(|error| {
        tracing::error!(%error, "a page could not be written");
        Problem::internal()
    })?;
    let mut response = (status, Html(html)).into_response();
    guard(&mut response);
    Ok(response)
}

/// The address holds the ticket: it is to be kept by nobody.
fn guard(response: &mut Response) {
    let headers = response.headers_mut();
    for (name, value) in [(header::CACHE_CONTROL, "no-store"), (header::VARY, "accept")] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    response.extensions_mut().insert(Kind::Ticket);
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::*;
    use crate::protection;

    #[test]
    fn the_policy_allows_the_style_there_is_and_no_other() {
        let page = Page { title: "<b>".into(), lines: vec!["\"&'".into()], button: None };
        let html = page.render().unwrap();
        let (_, rest) = html.split_once("<style>").unwrap();
        let (style, rest) = rest.split_once("</style>").unwrap();
        let hash = data_encoding::BASE64.encode(&Sha256::digest(style));
        assert!(protection::TICKET.contains(&format!("'sha256-{hash}'")), "{hash}");
        assert!(!rest.contains("<style") && !html.contains("style=") && !html.contains("<script"));
        assert!(html.contains("<title>&#60;b&#62;</title>") && html.contains("&#34;&#38;&#39;"), "{html}");
    }

    #[test]
    fn permissions_are_told_in_words() {
        for (allowed, text) in [
            (Permission::VIEW, "You may look at everything."),
            (Permission::VIEW | Permission::DELETE, "You may look at everything and delete."),
            (Permission::all(), "You may look at everything, add to it, invite others and delete."),
            (Permission::EDIT, "You may add to it; you will see what you add yourself, and nothing else."),
            (Permission::empty(), "There is nothing you may do in it at the moment."),
        ] {
            assert_eq!(what_may_be_done(allowed), text);
        }
    }
}
