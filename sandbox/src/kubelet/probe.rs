//! Probes. Models the kubelet's prober: first after `initialDelaySeconds`, then every `periodSeconds`, with thresholds and
//! time-outs; where nothing listens a connection is refused. Omits: gRPC, what paths answer (all is well on a port that is
//! served), answers that are slower than the time-out but come, what commands find in files where the main process is not known.

use ecow::EcoString;

use crate::{clock::Time, json::Json, process::Outcome, usage::may_listen};

/// Clients whose command waits for an answer.
const CLIENTS: [&str; 4] = ["curl", "nc", "wget", "grpc_health_probe"];

/// What a process does when it is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Nothing listens.
    Refuses,
    /// As it should.
    Serves,
    /// Connections are taken, and nobody answers.
    Hangs,
}

/// What a process answers over time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Answers {
    /// Before that it refuses.
    pub from: Time,
    /// From there on it hangs.
    pub hangs_at: Option<Time>,
}

impl Answers {
    /// What it answers at a moment.
    pub fn at(&self, time: Time) -> Answer {
        if self.hangs_at.is_some_and(|at| at <= time) {
            Answer::Hangs
        } else if time < self.from {
            Answer::Refuses
        } else {
            Answer::Serves
        }
    }

    /// When it next answers otherwise than at that moment.
    fn change_after(&self, time: Time) -> Option<Time> {
        [Some(self.from), self.hangs_at].into_iter().flatten().filter(|at| *at > time).min()
    }
}

/// A probe of a container.
#[derive(Clone, Debug, PartialEq)]
pub struct Probe {
    delay_ms: i64,
    period_ms: i64,
    timeout_s: i64,
    successes_min: i64,
    failures_max: i64,
    /// `terminationGracePeriodSeconds`, in milliseconds, where it has its own.
    pub grace_ms: Option<i64>,
    how: How,
    /// Does nothing of the container listen where it asks?
    refused: bool,
}

#[derive(Clone, Debug, PartialEq)]
enum How {
    Http {
        port: Json,
        path: EcoString,
        scheme: EcoString,
    },
    Tcp {
        port: Json,
    },
    /// The exit code that the command gives once the process is up, where no better is known.
    Exec {
        words: Vec<String>,
        command: EcoString,
        code: i64,
    },
}

/// What has been seen by a probe.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Seen {
    successes: u32,
    failures: u32,
}

impl Probe {
    /// From a container's `livenessProbe`, `readinessProbe` or `startupProbe`.
    pub fn read(probe: &Json, container: &Json) -> Option<Probe> {
        if probe.is_empty() {
            return None;
        }
        let at_least = |field: &str, default: i64, min: i64| probe[field].int().unwrap_or(default).max(min);
        let how = if let http @ Json::Map(_) = &probe["httpGet"] {
            How::Http {
                port: http["port"].clone(),
                path: http["path"].str().unwrap_or("/").into(),
                scheme: http["scheme"].str().unwrap_or("HTTP").to_lowercase().into(),
            }
        } else if let tcp @ Json::Map(_) = &probe["tcpSocket"] {
            How::Tcp { port: tcp["port"].clone() }
        } else {
            let words: Vec<String> =
                probe["exec"]["command"].list().iter().map(|word| word.text().to_owned()).collect();
            let command = words.join(" ");
            let code = super::image::ends_of(&command).map_or(0, |(_, code)| code);
            How::Exec { words, command: command.into(), code }
        };
        Some(Probe {
            delay_ms: at_least("initialDelaySeconds", 0, 0) * 1000,
            period_ms: at_least("periodSeconds", 10, 1) * 1000,
            timeout_s: at_least("timeoutSeconds", 1, 1),
            successes_min: at_least("successThreshold", 1, 1),
            failures_max: at_least("failureThreshold", 3, 1),
            grace_ms: probe["terminationGracePeriodSeconds"].int().map(|s| s.saturating_mul(1000)),
            refused: how.port().is_some_and(|port| !may_listen(container, number(port, &container["ports"]))),
            how,
        })
    }

    /// When it is first tried, for a container running since `since`.
    pub fn first(&self, since: Time) -> Time {
        since.plus_ms(self.delay_ms)
    }

    /// The first try after the one at `time` that is not before `earliest`.
    pub fn after(&self, time: Time, earliest: Time) -> Time {
        let periods = (earliest.since_ms(time) + self.period_ms - 1) / self.period_ms;
        time.plus_ms(periods.max(1) * self.period_ms)
    }

    /// When the outcome of a try is known.
    pub fn known(&self, tried: Time, answers: &Answers) -> Time {
        let waits = answers.at(tried) == Answer::Hangs && self.is_answered();
        tried.plus_ms(if waits { self.timeout_s * 1000 } else { 0 })
    }

    /// Does it wait for an answer of the process? A connection is the kernel's to take.
    fn is_answered(&self) -> bool {
        match &self.how {
            How::Http { .. } => true,
            How::Tcp { .. } => false,
            How::Exec { command, .. } => command.split_whitespace().any(|word| CLIENTS.contains(&word)),
        }
    }

    /// The command that it runs, if it is of that kind.
    pub fn command(&self) -> Option<&[String]> {
        match &self.how {
            How::Exec { words, .. } => Some(words),
            How::Http { .. } | How::Tcp { .. } => None,
        }
    }

    /// Does a try succeed? The error is the probe's output; `known` is what its command does, where that is known.
    pub fn attempt(
        &self,
        answer: Answer,
        known: Option<&Outcome>,
        ip: &str,
        ports: &Json,
    ) -> Result<(), String> {
        let url = |port: &Json, scheme: &str, path: &str| {
            format!("{scheme}://{ip}:{}/{}", number(port, ports), path.trim_start_matches('/'))
        };
        let answer = if self.refused { Answer::Refuses } else { answer };
        let in_time = answer == Answer::Serves || answer == Answer::Hangs && !self.is_answered();
        match &self.how {
            How::Exec { code, .. } if in_time && known.map_or(*code, |known| known.code) != 0 => {
                Err(known.map_or_else(String::new, |known| known.output.to_string()))
            }
            _ if in_time => Ok(()),
            How::Exec { command, .. } if answer == Answer::Hangs => {
                Err(format!("command timed out: {command:?} timed out after {}s", self.timeout_s))
            }
            How::Exec { .. } => Err(String::new()),
            How::Http { port, path, scheme } if answer == Answer::Hangs => Err(format!(
                "Get \"{}\": context deadline exceeded (Client.Timeout exceeded while awaiting headers)",
                url(port, scheme, path)
            )),
            How::Http { port, path, scheme } => Err(format!(
                "Get \"{}\": dial tcp {ip}:{}: connect: connection refused",
                url(port, scheme, path),
                number(port, ports)
            )),
            How::Tcp { port } => {
                Err(format!("dial tcp {ip}:{}: connect: connection refused", number(port, ports)))
            }
        }
    }

    /// Counts a try; `Some` when that settles it: passes, or fails.
    pub fn judge(&self, seen: &mut Seen, success: bool) -> Option<bool> {
        *seen = if success {
            Seen { successes: seen.successes + 1, failures: 0 }
        } else {
            Seen { successes: 0, failures: seen.failures + 1 }
        };
        if i64::from(seen.successes) >= self.successes_min {
            Some(true)
        } else if i64::from(seen.failures) >= self.failures_max {
            Some(false)
        } else {
            None
        }
    }

    /// The next try that matters after one that passed: nothing is otherwise before the process, or the command, answers
    /// otherwise.
    pub fn matters(&self, passed: Time, answers: &Answers, outcomes: &[(Time, Outcome)]) -> Option<Time> {
        let other = outcomes.iter().map(|(at, _)| *at).find(|at| *at > passed);
        let change = [answers.change_after(passed), other].into_iter().flatten().min();
        change.map(|change| self.after(passed, change))
    }

    /// The first try that does not pass, of a process running since `since`.
    pub fn first_failure(
        &self,
        since: Time,
        answers: &Answers,
        outcomes: &[(Time, Outcome)],
    ) -> Option<Time> {
        let first = self.first(since);
        let passes = self.attempt(answers.at(first), outcome_at(outcomes, first), "", &Json::Null).is_ok();
        if passes { self.matters(first, answers, outcomes) } else { Some(first) }
    }
}

impl How {
    /// Of those that ask over the network.
    fn port(&self) -> Option<&Json> {
        match self {
            How::Http { port, .. } | How::Tcp { port } => Some(port),
            How::Exec { .. } => None,
        }
    }
}

/// What a command does at a moment, where it is known.
pub fn outcome_at(outcomes: &[(Time, Outcome)], time: Time) -> Option<&Outcome> {
    outcomes.iter().rev().find(|(at, _)| *at <= time).map(|(_, outcome)| outcome)
}

/// A port as a number; 0 for a name that is none.
fn number(port: &Json, ports: &Json) -> i64 {
    let named = || ports.list().iter().find(|p| p["name"] == *port.text());
    port.int().or_else(|| named()?["containerPort"].int()).unwrap_or(0)
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
            let p = Probe::read(&probe, &Json::Null).unwrap();
            let (mut seen, mut at) = (Seen::default(), p.first(Time(0)));
            let answers = Answers { from: Time(answers_at_ms), hangs_at: None };
            loop {
                let tried = p.attempt(answers.at(at), None, "10.0.0.1", &Json::Null);
                if p.judge(&mut seen, tried.is_ok()) == Some(true) {
                    break;
                }
                at = p.after(at, at);
            }
            assert_eq!(at.0, ready_at_ms, "{probe}");
        }
    }

    #[test]
    fn a_port_on_which_nothing_listens_refuses() {
        let container = json!({"image": "nginx:1.27", "ports": [{"name": "web", "containerPort": 80}]});
        for (how, serves) in [
            (json!({"httpGet": {"port": 80}}), true),
            (json!({"httpGet": {"port": "web"}}), true),
            (json!({"httpGet": {"port": 8081}}), false),
            (json!({"tcpSocket": {"port": "nosuch"}}), false),
            (json!({"exec": {"command": ["true"]}}), true),
        ] {
            let tried = Probe::read(&how, &container).unwrap().attempt(
                Answer::Serves,
                None,
                "10.0.0.1",
                &container["ports"],
            );
            assert_eq!(tried.is_ok(), serves, "{how} {tried:?}");
        }
    }

    #[test]
    fn failures_are_told_in_the_kubelets_words() {
        let ports = json!([{"name": "web", "containerPort": 8080}]);
        let refused = "dial tcp 10.0.0.1:53: connect: connection refused";
        let url = "Get \"http://10.0.0.1:8080/ok\": ";
        let late = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
        let http = json!({"httpGet": {"port": "web", "path": "/ok"}});
        let tcp = json!({"tcpSocket": {"port": 53}});
        let exec = |command: &str| json!({"exec": {"command": ["sh", "-c", command]}, "timeoutSeconds": 3});
        let timed_out = "command timed out: \"sh -c wget -q localhost\" timed out after 3s";
        use Answer::{Hangs, Refuses, Serves};
        for (probe, answer, words, takes_ms) in [
            (http.clone(), Serves, "", 0),
            (http.clone(), Refuses, &*format!("{url}dial tcp 10.0.0.1:8080: connect: connection refused"), 0),
            (http, Hangs, &*format!("{url}{late}"), 1000),
            (tcp.clone(), Refuses, refused, 0),
            (tcp, Hangs, "", 0),
            (exec("cat healthy"), Hangs, "", 0),
            (exec("wget -q localhost"), Hangs, timed_out, 3000),
        ] {
            let p = Probe::read(&probe, &Json::Null).unwrap();
            let said = p.attempt(answer, None, "10.0.0.1", &ports).err().unwrap_or_default();
            assert_eq!(said, words, "{probe} {answer:?}");
            let hangs_at = (answer == Hangs).then_some(Time(5));
            let known = p.known(Time(5), &Answers { from: Time(0), hangs_at });
            assert_eq!(known, Time(5 + takes_ms), "{probe} {answer:?}");
        }
    }

    #[test]
    fn only_tries_that_may_fail_are_made() {
        let probe = |how: Json| Probe::read(&how.with("periodSeconds", 10i64), &Json::Null).unwrap();
        let http = || probe(json!({"httpGet": {"port": 80}, "initialDelaySeconds": 5}));
        for (probe, from, hangs_at, expect) in [
            (http(), 0, None, None),
            (http(), 5001, None, Some(5000)),
            (http(), 0, Some(5001), Some(15_000)),
            (http(), 0, Some(25_000), Some(25_000)),
            (probe(json!({"exec": {"command": ["false"]}})), 0, None, Some(0)),
        ] {
            let answers = Answers { from: Time(from), hangs_at: hangs_at.map(Time) };
            assert_eq!(
                probe.first_failure(Time(0), &answers, &[]),
                expect.map(Time),
                "{probe:?} {answers:?}"
            );
        }
    }
}
