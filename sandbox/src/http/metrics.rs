//! What the edge counts for `/metrics`: requests and open watches. Models two of kube-apiserver's metrics.
//! Omits: everything else it counts, latencies above all.

use std::{
    collections::BTreeMap,
    fmt::Write,
    sync::{Arc, Mutex, PoisonError},
};

/// Watches that may be open at once. A page has twenty, k9s or a controller about as many.
pub(super) const WATCHES_MAX: usize = 512;

/// Counts of one cluster.
#[derive(Default)]
pub(super) struct Counts {
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    /// A clone for each open watch.
    watches: Arc<()>,
}

/// An open watch, as long as it is held.
pub(super) struct OpenWatch(#[expect(dead_code, reason = "counted by its being")] Arc<()>);

impl Counts {
    /// A request was answered.
    pub(super) fn count(&self, verb: &'static str, code: u16) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((verb, code)).or_default() += 1;
    }

    /// All answers so far.
    pub(super) fn total(&self) -> u64 {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }

    /// A watch is to be open, if there is room for one more.
    pub(super) fn watch(&self) -> Option<OpenWatch> {
        let mine = self.watches.clone();
        (Arc::strong_count(&self.watches) - 1 <= WATCHES_MAX).then_some(OpenWatch(mine))
    }

    /// In Prometheus' form.
    pub(super) fn text(&self) -> String {
        let mut out = String::from(
            "# HELP apiserver_longrunning_requests [STABLE] Gauge of all active long-running apiserver requests.\n\
             # TYPE apiserver_longrunning_requests gauge\n",
        );
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "apiserver_longrunning_requests{{verb=\"WATCH\"}} {}",
            Arc::strong_count(&self.watches) - 1
        );
        out += "# HELP apiserver_request_total [STABLE] Counter of apiserver requests.\n\
                # TYPE apiserver_request_total counter\n";
        let requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        for ((verb, code), count) in requests.iter() {
            let _ = writeln!(out, "apiserver_request_total{{code=\"{code}\",verb=\"{verb}\"}} {count}");
        }
        out
    }
}

/// A method as the metrics name it.
pub(super) fn verb(method: &str, watch: bool) -> &'static str {
    match method {
        "GET" if watch => "WATCH",
        "GET" => "GET",
        "POST" => "POST",
        "PUT" => "PUT",
        "PATCH" => "PATCH",
        "DELETE" => "DELETE",
        "HEAD" => "HEAD",
        _ => "OTHER",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_and_watches_are_counted() {
        let counts = Counts::default();
        counts.count(verb("GET", false), 200);
        counts.count(verb("GET", false), 200);
        counts.count(verb("BREW", false), 405);
        let open = counts.watch().unwrap();
        assert!(counts.text().contains("apiserver_request_total{code=\"200\",verb=\"GET\"} 2\n"));
        assert!(counts.text().contains("longrunning_requests{verb=\"WATCH\"} 1\n"));
        drop(open);
        assert!(counts.text().contains("longrunning_requests{verb=\"WATCH\"} 0\n"));
        assert_eq!(counts.total(), 3);
    }
    #[test]
    fn there_is_room_for_so_many_watches() {
        let counts = Counts::default();
        let mut open: Vec<OpenWatch> = (0..WATCHES_MAX).map(|_| counts.watch().unwrap()).collect();
        assert!(counts.watch().is_none());
        open.pop();
        assert!(counts.watch().is_some());
    }
}
