//! The configurations of the guide, `BALANCERS.md`: what is tested is what users copy.

/// The guide.
pub(crate) const GUIDE: &str = include_str!("../../BALANCERS.md");

/// The blocks in this language in this section, which starts at a heading of the second level.
pub(crate) fn blocks(section: &str, language: &str) -> Vec<&'static str> {
    let (_, rest) = GUIDE
        .split_once(&format!("\n## {section}\n"))
        .unwrap_or_else(|| panic!("no section {section:?}"));
    let section = rest
        .split_once("\n## ")
        .map_or(rest, |(section, _)| section);
    let start = format!("```{language}\n");
    let blocks = section.split(&start).skip(1);
    blocks
        .map(|rest| rest.split_once("```").unwrap().0)
        .collect()
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
    let blocks = blocks("The service", "toml");
    let line = "haproxy_trusted_networks = \"10.0.0.2 10.0.0.3\"";
    with(
        blocks[0],
        &[
            (line, networks.trim_end()),
            ("10.0.0.9:10143", "127.0.0.1:0"),
        ],
    )
}
