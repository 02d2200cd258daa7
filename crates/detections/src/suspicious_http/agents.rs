//! What clients call themselves, where it cannot be true.

/// Whether the client calls itself a browser.
pub(super) fn says_browser(agent: &str) -> bool {
    agent.starts_with("Mozilla/") || agent.starts_with("Opera/")
}

/// Browsers call themselves Mozilla 4.0 (Internet Explorer up to 8) and 5.0, in brackets what they run on.
pub(super) fn is_no_browser(agent: &str) -> bool {
    let known = agent.starts_with("Mozilla/5.0 (") || agent.starts_with("Mozilla/4.0 (compatible; MSIE ");
    !known && !agent.starts_with("Opera/")
}

/// A browser of twenty years ago.
pub(super) fn is_ancient(agent: &str) -> bool {
    ["MSIE 5", "MSIE 6", "MSIE 7", "MSIE 8"].iter().any(|version| agent.contains(version))
}

/// Why no browser ever called itself so, if none did.
pub(super) fn contradiction(agent: &str) -> Option<String> {
    if !says_browser(agent) {
        return None;
    }
    if let (Some(engine), Some(version)) = (number_after(agent, "rv:"), number_after(agent, "Firefox/"))
        // Until 4 the engine had its own numbers, from 110 to 119 it stayed at 109.
        && (5..=108).contains(&engine.0)
        && engine != version
    {
        return Some(format!(
            "Firefox {}.{} cannot have the engine of {}.{}",
            version.0, version.1, engine.0, engine.1
        ));
    }
    if let Some(version) = agent.strip_prefix("Opera/").and_then(number)
        && !matches!(version, (0..=7, _) | (8, 0..=54) | (9, 0..=64 | 80))
    {
        return Some(format!("there was no Opera {}.{}", version.0, version.1));
    }
    if agent.starts_with("Mozilla/4.0 (compatible; MSIE 9.0")
        || agent.starts_with("Mozilla/4.0 (compatible; MSIE 10.0")
    {
        return Some("Internet Explorer calls itself Mozilla 5.0 since version 9".to_owned());
    }
    if let Some(system) = windows_of(agent)
        && !matches!(system, (3, _) | (4, 0) | (5, 0..=2) | (6, 0..=3) | (10, 0))
    {
        return Some(format!("there is no Windows NT {}.{}", system.0, system.1));
    }
    if agent.matches('(').count() != agent.matches(')').count() {
        return Some("its brackets do not close".to_owned());
    }
    agent.contains("User-Agent").then(|| "the name of the header stands in it".to_owned())
}

/// The version of Windows that a browser says it runs on.
pub(super) fn windows_of(agent: &str) -> Option<(u16, u16)> {
    number_after(agent, "Windows NT ")
}

/// The version of Windows that one of its own components tells, which has no reason to lie.
pub(super) fn windows_of_component(agent: &str) -> Option<(u16, u16)> {
    ["Microsoft-CryptoAPI/", "Microsoft-WebDAV-MiniRedir/", "Windows-Update-Agent/"]
        .iter()
        .find_map(|component| agent.strip_prefix(component).and_then(number))
}

fn number_after(text: &str, mark: &str) -> Option<(u16, u16)> {
    number(text.split_once(mark)?.1)
}

/// The number and the one behind the point that a text begins with: 6.1 of `6.1; WOW64`. Windows 5.01 is 5.0.
fn number(text: &str) -> Option<(u16, u16)> {
    let end = text.find(|letter: char| !letter.is_ascii_digit() && letter != '.').unwrap_or(text.len());
    let mut parts = text.get(..end)?.split('.');
    let whole = parts.next()?.parse().ok()?;
    let behind = parts.next().unwrap_or("0");
    let behind = if behind == "01" { "0" } else { behind };
    Some((whole, behind.parse().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_do_not_contradict_themselves() {
        for agent in [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:109.0) Gecko/20100101 Firefox/115.0",
            "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:40.0) Gecko/20100101 Firefox/40.0",
            "Mozilla/5.0 (Windows; U; Windows NT 6.1; en-US; rv:1.9.2.18) Gecko/20110614 Firefox/3.6.18",
            "Mozilla/5.0 (Windows NT 6.1; WOW64; Trident/7.0; rv:11.0) like Gecko",
            "Mozilla/4.0 (compatible; MSIE 6.0; Windows NT 5.01)",
            "Opera/9.80 (Windows NT 6.1; U; en) Presto/2.7 Version/11.00",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36",
            "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
        ] {
            assert_eq!(contradiction(agent), None, "{agent}");
        }
    }

    #[test]
    fn what_contradicts_itself_is_no_browser() {
        for agent in [
            "Mozilla/5.0 (Windows NT 6.1; WOW64; rv:40.0) Gecko/20100101 Firefox/40.1",
            "Opera/8.89 (Windows NT 6.0; U; en)",
            "Mozilla/4.0 (compatible; MSIE 9.0; Windows NT 6.1)",
            "Mozilla/5.0 (Windows NT 7.1; rv:60.0) Gecko/20100101 Firefox/60.0",
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64",
        ] {
            assert!(contradiction(agent).is_some(), "{agent}");
        }
    }

    #[test]
    fn components_tell_the_version_of_windows() {
        assert_eq!(windows_of_component("Microsoft-CryptoAPI/6.1"), Some((6, 1)));
        assert_eq!(windows_of_component("Microsoft-WebDAV-MiniRedir/5.1.2600"), Some((5, 1)));
        assert_eq!(windows_of_component("Microsoft NCSI"), None);
    }
}
