//! `nslookup`. Models that of busybox: since 1.29 a name without a dot is asked for in every domain of the search list, A and AAAA,
//! any other just as it is written, and one unknown name makes the exit code 1; up to 1.28 it is resolved as other programs do.
//! Omits: other servers, types of records, addresses as questions.

use super::{Printed, Session, net::Named, task::Stuck};
use crate::{
    clock::Time,
    network::dns::{self, Answer, SERVER as DNS},
    object::Key,
};

/// How long it waits for a server.
const TIMEOUT_MS: i64 = 5_000;

impl Session {
    pub(super) fn nslookup(&mut self, args: &[String], now: Time) -> Printed {
        let Some(host) = args.iter().find(|a| !a.starts_with('-')) else {
            return Printed::failed("nslookup: missing operand\n", 1);
        };
        if is_old(&self.image) { self.nslookup_old(host, now) } else { self.nslookup_big(host, now) }
    }

    fn nslookup_big(&mut self, host: &str, now: Time) -> Printed {
        let names = match host.contains('.') {
            true => vec![host.to_owned()],
            false => dns::in_domains(host, &self.namespace),
        };
        let mut printed = Printed::out(format!("Server:\t\t{DNS}\nAddress:\t{DNS}:53\n\n"));
        for address in [true, false] {
            for name in &names {
                match self.lookup(name, now) {
                    Named::Silent => {
                        let text = ";; connection timed out; no servers could be reached\n\n";
                        return Printed { code: 1, takes_ms: TIMEOUT_MS, ..Printed::out(text) };
                    }
                    Named::Known(Some(answer)) => printed.stdout += &records(&answer, address),
                    Named::Known(None) => {
                        printed.stdout += &format!("** server can't find {name}: NXDOMAIN\n\n");
                        printed.code = 1;
                    }
                }
            }
        }
        if let ([name], 1) = (names.as_slice(), printed.code) {
            self.wait_for(name, now);
        }
        printed
    }

    fn nslookup_old(&mut self, host: &str, now: Time) -> Printed {
        let server = format!("Server:    {DNS}\nAddress 1: {DNS} kube-dns.kube-system.svc.cluster.local\n\n");
        match self.resolve(host, now) {
            Named::Known(Some(answer)) => {
                let mut text = format!("{server}Name:      {host}\n");
                for (i, ip) in answer.ips.iter().enumerate() {
                    text += &format!("Address {}: {ip} {}\n", i + 1, answer.name);
                }
                Printed::out(text)
            }
            silent => {
                if silent != Named::Silent {
                    self.wait_for(&dns::searched(host, &self.namespace)[0], now);
                }
                Printed {
                    stdout: server,
                    ..Printed::failed(format!("nslookup: can't resolve '{host}'\n"), 1)
                }
            }
        }
    }

    /// A main process that asks for a Service may have to wait for it.
    fn wait_for(&mut self, name: &str, now: Time) {
        let service = name.strip_suffix(".svc.cluster.local").and_then(|n| n.split_once('.'));
        if let (Some((name, namespace)), true) = (service, self.watch.as_ref().is_some_and(|w| now > w.now)) {
            self.stick(Stuck::Waits(Key::new(namespace, name)));
        }
    }
}

/// The answer to a question for A or, with no such record, AAAA.
fn records(answer: &Answer, address: bool) -> String {
    let mut text: String =
        answer.aliases.iter().map(|(name, to)| format!("{name}\tcanonical name = {to}\n")).collect();
    for ip in answer.ips.iter().filter(|_| address) {
        text += &format!("Name:\t{}\nAddress: {ip}\n", answer.name);
    }
    text + "\n"
}

/// Is it a busybox of before 1.29?
fn is_old(image: &str) -> bool {
    let version =
        image.strip_prefix("busybox:1.").and_then(|v| v.split(['.', '-']).next()?.parse::<u32>().ok());
    version.is_some_and(|minor| minor < 29)
}
