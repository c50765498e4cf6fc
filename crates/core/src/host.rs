/// Returns the host of a URL as it is written there, without user name, password, port and `www.`; `None` if the text has
/// no host.
///
/// The parts are those of [RFC 3986, section 3.2](https://www.rfc-editor.org/rfc/rfc3986#section-3.2). A text without a
/// scheme has a host if it begins with a domain.
///
/// ```
/// use pressmark_core::host;
///
/// assert_eq!(host("https://WWW.example.org:8080/news?page=2"), Some("example.org"));
/// assert_eq!(host("http://ida:secret@example.org/"), Some("example.org"));
/// assert_eq!(host("http://[2001:db8::1]:80/"), Some("[2001:db8::1]"));
/// assert_eq!(host("example.org/news"), Some("example.org"));
/// assert_eq!(host("mailto:ida@example.org"), None);
/// ```
#[must_use]
pub fn host(url: &str) -> Option<&str> {
    const WWW: &str = "www.";
    let host = match url.split_once("//").filter(|(scheme, _)| scheme.is_empty() || is_scheme(scheme)) {
        Some((_, rest)) => {
            let authority = authority(rest);
            without_port(authority.rsplit_once('@').map_or(authority, |(_, place)| place))
        }
        None => without_port(authority(url)).filter(|host| host.contains('.') && !host.contains('@')),
    }?;
    let has_www = host.get(..WWW.len()).is_some_and(|start| start.eq_ignore_ascii_case(WWW));
    let host = if has_www { &host[WWW.len()..] } else { host };
    (!host.is_empty()).then_some(host)
}

/// Whether a text is the scheme of a URL with its colon.
fn is_scheme(text: &str) -> bool {
    let is_of_scheme = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.');
    text.strip_suffix(':').is_some_and(|name| !name.is_empty() && name.chars().all(is_of_scheme))
}

fn authority(text: &str) -> &str {
    text.split(['/', '?', '#', '\\']).next().unwrap_or_default()
}

/// A host without the port behind it. An address of IPv6 stands in brackets, and has colons itself.
fn without_port(place: &str) -> Option<&str> {
    match place.find(']').filter(|_| place.starts_with('[')) {
        Some(end) => place.get(..=end),
        None => place.split(':').next(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_of_any_form() {
        for (url, expected) in [
            ("//cdn.example.org/a", Some("cdn.example.org")),
            ("https://example.org?x=//y", Some("example.org")),
            ("https://example.org#a@b", Some("example.org")),
            ("https://a:b@c@example.org", Some("example.org")),
            ("http://localhost:80", Some("localhost")),
            ("example.org?to=https://other.example", Some("example.org")),
            ("www.example.org:80", Some("example.org")),
            ("/news/2024", None),
            ("https:///a", None),
            ("urn:x", None),
            ("", None),
            ("é", None),
        ] {
            assert_eq!(host(url), expected, "{url}");
        }
    }
}
