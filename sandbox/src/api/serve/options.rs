//! Query parameters, decoded and checked.

use crate::{
    selector::{Fields, Labels},
    status::Status,
};

/// The query of a request.
#[derive(Clone, Debug, Default)]
pub struct Query(Vec<(String, String)>);

impl Query {
    /// Splits and percent-decodes a query string.
    pub fn parse(query: &str) -> Self {
        let pair = |p: &str| {
            let (k, v) = p.split_once('=').unwrap_or((p, ""));
            (Self::decode(&k.replace('+', " ")), Self::decode(&v.replace('+', " ")))
        };
        Self(query.split('&').filter(|p| !p.is_empty()).map(pair).collect())
    }

    /// Decodes `%XX`; a broken escape stays as it is.
    pub fn decode(text: &str) -> String {
        let bytes = text.as_bytes();
        let mut out = Vec::with_capacity(bytes.len());
        let mut i = 0;
        while i < bytes.len() {
            let hex = (bytes[i] == b'%').then(|| bytes.get(i + 1..i + 3)).flatten();
            match hex.and_then(|h| std::str::from_utf8(h).ok()).and_then(|h| u8::from_str_radix(h, 16).ok()) {
                Some(byte) => {
                    out.push(byte);
                    i += 3;
                }
                None => {
                    out.push(bytes[i]);
                    i += 1;
                }
            }
        }
        String::from_utf8_lossy(&out).into_owned()
    }

    /// A parameter, or `""`.
    pub fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(k, _)| k == name).map_or("", |(_, v)| v)
    }

    /// A boolean parameter.
    pub fn flag(&self, name: &str) -> bool {
        matches!(self.get(name), "1" | "true" | "True" | "TRUE" | "t" | "T")
    }

    /// A number, if it is one.
    pub fn number(&self, name: &str) -> Option<i64> {
        self.get(name).parse().ok()
    }

    /// `dryRun=All`.
    ///
    /// # Errors
    /// Any other value.
    pub fn dry_run(&self) -> Result<bool, Status> {
        match self.get("dryRun") {
            "" => Ok(false),
            "All" => Ok(true),
            other => Err(Status::bad_request(format!("Invalid value: \"{other}\": dryRun: supported values: \"All\""))),
        }
    }

    /// `labelSelector`.
    ///
    /// # Errors
    /// When it cannot be parsed, in Kubernetes' words.
    pub fn labels(&self) -> Result<Labels, Status> {
        Labels::parse(self.get("labelSelector")).map_err(Status::bad_request)
    }

    /// `fieldSelector`.
    ///
    /// # Errors
    /// When it cannot be parsed.
    pub fn fields(&self) -> Result<Fields, Status> {
        Fields::parse(self.get("fieldSelector")).map_err(Status::bad_request)
    }
}
