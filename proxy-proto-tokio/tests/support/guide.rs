//! The configurations of the guide, `BALANCERS.md`: what is tested is what users copy.

/// The guide.
pub(crate) const GUIDE: &str = include_str!("../../BALANCERS.md");

/// The first block in this language after this heading, in the same section of the second level.
pub(crate) fn block(heading: &str, language: &str) -> &'static str {
    let heading = format!("# {heading}\n");
    let section = GUIDE.split_once(&heading).expect("a section").1;
    let section = section.split("\n## ").next().unwrap();
    let start = format!("```{language}\n");
    let block = section.split_once(&start).expect("a block").1;
    block.split_once("```").unwrap().0
}

/// The text with each of these replaced; each must be there, so that nothing of the guide is left
/// out by a replacement that no longer fits.
pub(crate) fn with(text: &str, replacements: &[(&str, &str)]) -> String {
    replacements
        .iter()
        .fold(text.to_owned(), |text, (from, to)| {
            assert!(text.contains(from), "no {from:?} in\n{text}");
            text.replace(from, to)
        })
}

/// The configuration of the service, on a free port of loopback, with these lines in place of the
/// one that has the trusted networks.
pub(crate) fn service(networks: &str) -> String {
    let line = "haproxy_trusted_networks = \"10.0.0.2 10.0.0.3\"";
    with(
        block("The service", "toml"),
        &[
            (line, networks.trim_end()),
            ("10.0.0.9:10143", "127.0.0.1:0"),
        ],
    )
}
