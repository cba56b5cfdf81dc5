//! Probes. Models the kubelet's prober: first after `initialDelaySeconds`, then every `periodSeconds`, with thresholds.
//! Omits: liveness probes that fail (they pass while the process runs), gRPC.

use crate::{clock::Time, json::Json};

/// A probe of a container.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    delay_ms: i64,
    period_ms: i64,
    successes_min: i64,
    failures_max: i64,
    how: How,
}

#[derive(Clone, Debug, PartialEq)]
enum How {
    Http {
        port: Json,
        path: String,
        scheme: String,
    },
    Tcp {
        port: Json,
    },
    /// The exit code that the command gives once the process is up.
    Exec {
        code: i64,
    },
}

/// What has been seen by a probe.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    successes: i64,
    failures: i64,
}

impl Probe {
    /// From a container's `readinessProbe` or `startupProbe`.
    pub fn read(probe: &Json) -> Option<Probe> {
        if probe.is_empty() {
            return None;
        }
        let at_least = |field: &str, default: i64, min: i64| probe[field].int().unwrap_or(default).max(min);
        let how = if let http @ Json::Map(_) = &probe["httpGet"] {
            How::Http {
                port: http["port"].clone(),
                path: http["path"].str().unwrap_or("/").into(),
                scheme: http["scheme"].str().unwrap_or("HTTP").to_lowercase(),
            }
        } else if let tcp @ Json::Map(_) = &probe["tcpSocket"] {
            How::Tcp { port: tcp["port"].clone() }
        } else {
            let words: Vec<&str> = probe["exec"]["command"].list().iter().map(Json::text).collect();
            How::Exec { code: super::image::ends_of(&words.join(" ")).map_or(0, |(_, code)| code) }
        };
        Some(Probe {
            delay_ms: at_least("initialDelaySeconds", 0, 0) * 1000,
            period_ms: at_least("periodSeconds", 10, 1) * 1000,
            successes_min: at_least("successThreshold", 1, 1),
            failures_max: at_least("failureThreshold", 3, 1),
            how,
        })
    }

    /// When it is first tried, for a container running since `since`.
    pub fn first(&self, since: Time) -> Time {
        since.plus_ms(self.delay_ms)
    }

    /// The try after the one at `time`.
    pub fn after(&self, time: Time) -> Time {
        time.plus_ms(self.period_ms)
    }

    /// Does a try succeed, of a container that answers (`up`) or not? The error is the probe's output.
    pub fn attempt(&self, up: bool, ip: &str, ports: &Json) -> Result<(), String> {
        let number = |port: &Json| match port.int() {
            Some(n) => n,
            None => ports
                .list()
                .iter()
                .find(|p| p["name"] == *port.text())
                .and_then(|p| p["containerPort"].int())
                .unwrap_or(0),
        };
        match &self.how {
            How::Exec { code: 0 } if up => Ok(()),
            How::Exec { .. } => Err(String::new()),
            _ if up => Ok(()),
            How::Http { port, path, scheme } => {
                let at = format!("{ip}:{}", number(port));
                let path = path.trim_start_matches('/');
                Err(format!("Get \"{scheme}://{at}/{path}\": dial tcp {at}: connect: connection refused"))
            }
            How::Tcp { port } => Err(format!("dial tcp {ip}:{}: connect: connection refused", number(port))),
        }
    }

    /// Counts a try; `Some` when its verdict is settled: passes or fails from here on.
    pub fn judge(&self, seen: &mut Seen, success: bool) -> Option<bool> {
        *seen = if success {
            Seen { successes: seen.successes + 1, failures: 0 }
        } else {
            Seen { successes: 0, failures: seen.failures + 1 }
        };
        if seen.successes >= self.successes_min {
            Some(true)
        } else if seen.failures >= self.failures_max {
            Some(false)
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    #[test]
    fn a_container_is_ready_at_the_first_try_that_counts() {
        for (probe, answers_at_ms, ready_at_ms) in [
            (json!({"httpGet": {"port": 80}}), 0, 0),
            (json!({"httpGet": {"port": 80}}), 1, 10_000),
            (json!({"httpGet": {"port": 80}, "periodSeconds": 1}), 2500, 3000),
            (json!({"httpGet": {"port": 80}, "initialDelaySeconds": 5, "periodSeconds": 2}), 2500, 5000),
            (json!({"tcpSocket": {"port": 80}, "periodSeconds": 1, "successThreshold": 3}), 1500, 4000),
        ] {
            let p = Probe::read(&probe).unwrap();
            let (mut seen, mut at) = (Seen::default(), p.first(Time(0)));
            loop {
                let up = at.0 >= answers_at_ms;
                if p.judge(&mut seen, p.attempt(up, "10.0.0.1", &Json::Null).is_ok()) == Some(true) {
                    break;
                }
                at = p.after(at);
            }
            assert_eq!(at.0, ready_at_ms, "{probe}");
        }
    }

    #[test]
    fn failures_are_told_in_the_kubelets_words() {
        let ports = json!([{"name": "web", "containerPort": 8080}]);
        for (probe, words) in [
            (
                json!({"httpGet": {"port": "web", "path": "/ok"}}),
                "Get \"http://10.0.0.1:8080/ok\": dial tcp 10.0.0.1:8080: connect: connection refused",
            ),
            (json!({"tcpSocket": {"port": 53}}), "dial tcp 10.0.0.1:53: connect: connection refused"),
        ] {
            assert_eq!(Probe::read(&probe).unwrap().attempt(false, "10.0.0.1", &ports), Err(words.into()));
        }
    }
}
