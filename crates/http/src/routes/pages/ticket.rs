use askama::Template;
use axum::{
    extract::{RawPathParams, State, rejection::RawPathParamsRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use bytesize::ByteSize;
use elizabeth_core::{
    Error, content::Content, permission::Permission, room::Room, service::TicketView, ticket::Ticket,
};

use super::{
    look::{self, Look},
    words::{Often, Words},
};
use crate::{
    body::Answer,
    headers::accepts_html,
    links::segment,
    problem::Problem,
    protection::{Kind, TICKET_SCRIPT},
    state::AppState,
};

/// Where the page of the interface is carried, so is this.
const ICON: &str = "/assets/icon.svg";

#[derive(Template)]
#[template(path = "ticket.html")]
struct Page {
    lang: &'static str,
    icon: String,
    look: Look,
    title: String,
    lines: Vec<Line>,
    button: Option<Button>,
}

/// A line with at most one instant in it.
#[derive(Default)]
struct Line {
    before: String,
    time: Option<Instant>,
    after: String,
}

struct Instant {
    machine: String,
    people: String,
}

struct Button {
    href: String,
    label: &'static str,
    /// How often it can be pressed while the page stays.
    left: Option<u64>,
    spent: &'static str,
    script: String,
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
        Ok(view) => render(StatusCode::OK, &page(&state, Words::for_reader(&headers), ticket, &view)),
        Err(error) => refusal(&state, error, &headers),
    }
}

/// A ticket that is no good as a page for who asks for one, and as a problem for programs. What is wrong with the server
/// is a problem to both.
fn refusal(state: &AppState, error: Error, headers: &HeaderMap) -> Answer {
    let code = error.code();
    let problem = Problem::from(error);
    if !problem.status().is_client_error() || !accepts_html(headers) {
        let mut response = problem.into_response();
        guard(&mut response);
        return Ok(response);
    }
    let words = Words::for_reader(headers);
    let why = words.refusal(code).map_or_else(|| problem.text().to_owned(), str::to_owned);
    let page = Page {
        lang: words.tag,
        icon: state.links().local(ICON),
        look: Look::Nothing,
        title: words.opens_nothing.into(),
        lines: vec![Line::from(why), Line::from(words.ask_for_another.to_owned())],
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

fn page(state: &AppState, words: &'static Words, secret: &str, view: &TicketView) -> Page {
    let TicketView { ticket, room, content } = view;
    match content {
        Some(content) => download_page(state, words, secret, ticket, room, content),
        None => entry_page(state, words, secret, ticket, room),
    }
}

fn download_page(
    state: &AppState,
    words: &'static Words,
    secret: &str,
    ticket: &Ticket,
    room: &Room,
    content: &Content,
) -> Page {
    let kind = (words.kind)(content.media_kind());
    let title = match &content.file_name {
        Some(name) => name.last_segment().to_owned(),
        None => format!("{kind} {}", content.id),
    };
    let path = format!("/api/v1/rooms/{}/contents/{}", segment(&room.slug), content.id);
    let address = |what: &str| state.links().local(format!("{path}/{what}?ticket={}", segment(secret)));
    let size = ByteSize(content.size).display().iec().to_string();
    let what = words.what.replace("{kind}", kind).replace("{size}", &size);
    let of_content = content.max_downloads.map(|max| max.saturating_sub(content.download_count));
    Page {
        lang: words.tag,
        icon: state.links().local(ICON),
        look: if content.has_thumbnail() {
            // To look at it is no download.
            Look::Picture(address("thumbnail"))
        } else {
            Look::Drawing(look::of_kind(content.media_kind()))
        },
        title,
        lines: vec![Line::from(what.replace("{room}", room.name.as_str())), often(&words.downloads, ticket)],
        button: Some(Button {
            href: address("download"),
            label: words.download,
            left: uses_left(ticket).into_iter().chain(of_content).min(),
            spent: words.used_up,
            script: state.links().local(TICKET_SCRIPT),
        }),
    }
}

fn entry_page(state: &AppState, words: &'static Words, secret: &str, ticket: &Ticket, room: &Room) -> Page {
    let allowed = Permission::effective(ticket.scope, ticket.granted, room.permission, false);
    // Behind the number sign, where it is never sent to a server: only the page that opens there reads it.
    let path = format!("/{}#ticket={}", segment(&room.slug), segment(secret));
    Page {
        lang: words.tag,
        icon: state.links().local(ICON),
        look: Look::Drawing(look::DOOR),
        title: words.invited.replace("{room}", room.name.as_str()),
        lines: vec![Line::from(words.may(allowed)), often(&words.uses, ticket)],
        button: Some(Button {
            href: state.links().local(path),
            label: words.enter,
            left: None,
            spent: words.used_up,
            script: state.links().local(TICKET_SCRIPT),
        }),
    }
}

impl From<String> for Line {
    fn from(before: String) -> Self {
        Self { before, ..Self::default() }
    }
}

fn uses_left(ticket: &Ticket) -> Option<u64> {
    ticket.max_uses.map(|max| max.saturating_sub(ticket.uses))
}

/// How often it can still be used, and until when.
fn often(words: &Often, ticket: &Ticket) -> Line {
    let left = uses_left(ticket);
    let line = match left {
        None => words.any,
        Some(1) => words.once,
        Some(_) => words.more,
    };
    let line = line.replace("{n}", &left.unwrap_or_default().to_string());
    let (before, after) = line.split_once("{time}").unwrap_or((&line, ""));
    // To the second, which all can read.
    let machine = ticket.expires_at.floor_secs().to_string();
    let people = machine.replace('T', " ").replace('Z', " UTC");
    Line { before: before.into(), time: Some(Instant { machine, people }), after: after.into() }
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
    for (name, value) in [(header::CACHE_CONTROL, "no-store"), (header::VARY, "accept, accept-language")] {
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
        let page = Page {
            lang: "en",
            icon: ICON.into(),
            look: Look::Nothing,
            title: "<b>".into(),
            lines: vec![Line::from("\"&'".to_owned())],
            button: None,
        };
        let html = page.render().unwrap();
        let (_, rest) = html.split_once("<style>").unwrap();
        let (style, rest) = rest.split_once("</style>").unwrap();
        let hash = data_encoding::BASE64.encode(&Sha256::digest(style));
        assert!(protection::TICKET.contains(&format!("'sha256-{hash}'")), "{hash}");
        assert!(protection::PROBLEM.contains(&format!("'sha256-{hash}'")), "{hash}");
        assert!(!rest.contains("<style") && !html.contains("style=") && !html.contains("<script"));
        assert!(html.contains("<title>&#60;b&#62;</title>") && html.contains("&#34;&#38;&#39;"), "{html}");
    }
}
