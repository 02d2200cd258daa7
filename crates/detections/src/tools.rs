//! Clients that are tools: what scripts fetch with, and people rarely.

/// Beginnings of user agents, lower case.
const TOOLS: [&str; 22] = [
    "aria2",
    "certutil",
    "curl/",
    "fetch ",
    "go-http-client",
    "httpie",
    "java/",
    "libcurl",
    "libwww-perl",
    "lwp",
    "microsoft bits",
    "microsoft-cryptoapi url agent",
    "node-fetch",
    "okhttp",
    "php/",
    "powershell",
    "python",
    "ruby",
    "scrapy",
    "urlgrabber",
    "wget",
    "winhttp",
];

/// Whether the user agent is a tool's. PowerShell names itself at the end of a browser's name.
pub(crate) fn is_tool(user_agent: &str) -> bool {
    let agent = user_agent.trim().to_ascii_lowercase();
    agent.is_empty() || TOOLS.iter().any(|tool| agent.starts_with(tool)) || agent.contains("powershell/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tools_are_told_from_browsers() {
        for agent in [
            "curl/7.88.1",
            "Wget/1.21",
            "python-requests/2.31",
            "Mozilla/5.0 (Windows NT; Windows NT 10.0; en-US) WindowsPowerShell/5.1.19041.1",
        ] {
            assert!(is_tool(agent), "{agent}");
        }
        for agent in [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/116.0",
            "check_http/v2.3",
            "Windows-Update-Agent/10",
        ] {
            assert!(!is_tool(agent), "{agent}");
        }
    }
}
