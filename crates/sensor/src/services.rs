//! What a connection speaks: mostly one protocol, for which no memory is needed beyond the connection's own.

/// Names of protocols in the order in which each was certain.
#[expect(clippy::box_collection, reason = "seldom there, and it makes every connection smaller")]
#[derive(Debug, Default)]
pub(crate) struct Services {
    first: Option<&'static str>,
    others: Option<Box<Vec<&'static str>>>,
}

impl Services {
    /// The connection speaks this protocol.
    pub(crate) fn add(&mut self, service: &'static str) {
        match self.first {
            None => self.first = Some(service),
            Some(first) if first == service => {}
            Some(_) => {
                let others = self.others.get_or_insert_default();
                if !others.contains(&service) {
                    others.push(service);
                }
            }
        }
    }

    /// It does not after all.
    pub(crate) fn withdraw(&mut self, service: &'static str) {
        if let Some(others) = &mut self.others {
            others.retain(|known| *known != service);
        }
        if self.first == Some(service) {
            let others = self.others.as_deref_mut().filter(|others| !others.is_empty());
            self.first = others.map(|others| others.remove(0));
        }
    }

    /// All of them, as `conn` has them.
    pub(crate) fn joined(&self) -> Option<String> {
        let first = self.first?;
        let mut joined = first.to_owned();
        for other in self.others.iter().flat_map(|others| others.iter()) {
            joined.push(',');
            joined.push_str(other);
        }
        Some(joined)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn services_keep_their_order_and_can_be_withdrawn() {
        let mut services = Services::default();
        assert_eq!(services.joined(), None);
        for service in ["smb", "gssapi", "smb", "ntlm", "gssapi"] {
            services.add(service);
        }
        assert_eq!(services.joined().as_deref(), Some("smb,gssapi,ntlm"));
        services.withdraw("smb");
        assert_eq!(services.joined().as_deref(), Some("gssapi,ntlm"));
        services.withdraw("ntlm");
        services.withdraw("gssapi");
        assert_eq!(services.joined(), None);
        services.add("http");
        assert_eq!(services.joined().as_deref(), Some("http"));
    }
}
