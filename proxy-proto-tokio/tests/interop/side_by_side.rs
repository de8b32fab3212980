//! Dovecot and login-server with the same HAProxy in front: every client and every abort at both.
//!
//! The tables are in DOVECOT.md, with the reason for every difference. If a server behaves otherwise,
//! the test prints the table as measured.

mod log;
mod page;
mod rows;
mod servers;
mod settings;
mod visit;

use self::{
    page::{Line, Page},
    servers::Servers,
};

#[tokio::test]
#[ignore = "needs haproxy, dovecot, curl and python3: .ci/run interop"]
async fn each_visit_ends_and_is_logged_as_the_page_says() {
    let rows = rows::rows();
    let page = Page::read();
    let servers = Servers::start(&page).await;
    let saw = servers.visit_all(&rows).await;
    let logs = servers.stop().await;
    let (mut ends, mut logged) = (Vec::new(), Vec::new());
    for (index, row) in rows.iter().enumerate() {
        let who = row.who(index);
        let subject = vec![row.name.to_owned(), row.listener.to_owned()];
        let lines = logs.each_ref().map(|log| log::lines_of(&who, log));
        let outcomes = [0, 1].map(|server| log::outcome(saw[server][index], &lines[server]));
        ends.push(Line {
            subject: subject.clone(),
            outcomes,
        });
        if lines != [[""; 0]; 2] {
            logged.push(Line {
                subject,
                outcomes: lines.map(|lines| page::code(&lines)),
            });
        }
    }
    let ends = page.compare("How each visit ends", &ends, |[dovecot, login_server]| {
        dovecot != login_server
    });
    let logged = page.compare("What is logged", &logged, |[dovecot, login_server]| {
        (dovecot == page::NOTHING) != (login_server == page::NOTHING)
    });
    let errors: Vec<_> = [ends, logged].into_iter().filter_map(Result::err).collect();
    assert!(errors.is_empty(), "{}", errors.join("\n"));
}

#[tokio::test]
#[ignore = "needs dovecot: .ci/run interop"]
async fn each_setting_means_what_the_page_says() {
    let settings = settings::measure().await;
    // Both refuse a line for the same reason, in other words.
    let differ = |outcomes: &[String; 2]| {
        outcomes[0] != outcomes[1] && !outcomes.iter().all(|it| it.starts_with("refused: "))
    };
    if let Err(error) = Page::read().compare("Settings", &settings, differ) {
        panic!("{error}");
    }
}
