//! How often something may be asked: a bucket for each name, address or learner. Kept in memory: a restart forgives.

use std::{
    net::{IpAddr, Ipv4Addr},
    num::NonZeroU32,
    time::Duration,
};

use axum::http::HeaderMap;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock};

/// So many at once, and one more each period.
type Rate = (NonZeroU32, Duration);

const fn of(burst: u32) -> NonZeroU32 {
    match NonZeroU32::new(burst) {
        Some(burst) => burst,
        None => NonZeroU32::MIN,
    }
}

/// Guesses of one name's password.
const SIGN_IN_NAME: Rate = (of(10), Duration::from_secs(30));
/// Guesses of any, from one address: a class may sit behind it.
const SIGN_IN_ADDR: Rate = (of(100), Duration::from_secs(3));
/// New learners from one address.
const LEARNERS: Rate = (of(1_000), Duration::from_millis(100));
/// New sandboxes and runs of one learner.
const SANDBOXES: Rate = (of(60), Duration::from_secs(2));
/// Commands, handles and acts of one learner.
const COMMANDS: Rate = (of(120), Duration::from_millis(100));

type Buckets = DefaultKeyedRateLimiter<String>;

/// All buckets of a process.
#[derive(Debug)]
pub struct Limits {
    sign_in_name: Buckets,
    sign_in_addr: Buckets,
    learners: Buckets,
    sandboxes: Buckets,
    commands: Buckets,
}

/// Where a request came from, as the listener saw it; in the extensions of requests.
pub const ADDR_HEADER: &str = "x-pilothouse-addr";

fn buckets((burst, every): Rate) -> Buckets {
    let quota = Quota::with_period(every).unwrap_or(Quota::per_second(burst));
    RateLimiter::keyed(quota.allow_burst(burst))
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            sign_in_name: buckets(SIGN_IN_NAME),
            sign_in_addr: buckets(SIGN_IN_ADDR),
            learners: buckets(LEARNERS),
            sandboxes: buckets(SANDBOXES),
            commands: buckets(COMMANDS),
        }
    }
}

/// Takes one out of a bucket; else says in how many seconds there is one again.
fn take(buckets: &Buckets, key: &str) -> Result<(), u64> {
    let key = key.to_owned();
    buckets.check_key(&key).map_err(|not_until| {
        let wait = not_until.wait_time_from(governor::clock::DefaultClock::default().now());
        wait.as_secs() + 1
    })
}

impl Limits {
    /// A guess at the password of `name` (of none: at a key or a code).
    ///
    /// # Errors
    /// Seconds to wait.
    pub fn sign_in(&self, name: &str, headers: &HeaderMap) -> Result<(), u64> {
        take(&self.sign_in_addr, &addr(headers))?;
        if name.is_empty() { Ok(()) } else { take(&self.sign_in_name, &name.trim().to_lowercase()) }
    }

    /// A new learner.
    ///
    /// # Errors
    /// Seconds to wait.
    pub fn learner(&self, headers: &HeaderMap) -> Result<(), u64> {
        take(&self.learners, &addr(headers))
    }

    /// A new sandbox or run.
    ///
    /// # Errors
    /// Seconds to wait.
    pub fn sandbox(&self, learner: &str) -> Result<(), u64> {
        take(&self.sandboxes, learner)
    }

    /// A command.
    ///
    /// # Errors
    /// Seconds to wait.
    pub fn command(&self, learner: &str) -> Result<(), u64> {
        take(&self.commands, learner)
    }

    /// Forgets buckets that are full again.
    pub fn forget(&self) {
        for buckets in
            [&self.sign_in_name, &self.sign_in_addr, &self.learners, &self.sandboxes, &self.commands]
        {
            buckets.retain_recent();
        }
    }
}

fn addr(headers: &HeaderMap) -> String {
    let told = headers.get(ADDR_HEADER).and_then(|v| v.to_str().ok());
    told.unwrap_or_default().to_owned()
}

/// The address that counts: the peer's; if that is this machine, a proxy may stand there, which says for whom.
pub fn counted(peer: IpAddr, forwarded_for: Option<&str>) -> IpAddr {
    let told = || forwarded_for?.rsplit(',').next()?.trim().parse().ok();
    let peer = peer.to_canonical();
    if peer.is_loopback() { told().unwrap_or(peer) } else { peer }
}

/// For requests that came by no socket.
pub const NOWHERE: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

#[cfg(test)]
mod tests {
    use super::*;

    fn from(addr: &str) -> HeaderMap {
        HeaderMap::from_iter([(ADDR_HEADER.parse().unwrap(), addr.parse().unwrap())])
    }

    #[test]
    fn a_name_is_guessed_ten_times_and_others_are_not_hindered() {
        let limits = Limits::default();
        for _ in 0..10 {
            assert_eq!(limits.sign_in("Kim", &from("10.0.0.1")), Ok(()));
        }
        let wait = limits.sign_in("kim ", &from("10.0.0.2")).unwrap_err();
        assert!((1..=31).contains(&wait), "{wait}");
        assert_eq!(limits.sign_in("lee", &from("10.0.0.1")), Ok(()));
    }

    #[test]
    fn an_address_guesses_a_hundred_names() {
        let limits = Limits::default();
        let tried = (0..200).filter(|n| limits.sign_in(&format!("n{n}"), &from("10.0.0.1")).is_ok()).count();
        assert!((100..=102).contains(&tried), "{tried}");
        assert_eq!(limits.sign_in("other", &from("10.0.0.2")), Ok(()));
    }

    #[test]
    fn a_proxy_on_this_machine_is_believed_and_nobody_else() {
        for (peer, told, expect) in [
            ("127.0.0.1", None, "127.0.0.1"),
            ("127.0.0.1", Some("6.6.6.6, 10.1.2.3"), "10.1.2.3"),
            ("::1", Some("junk"), "::1"),
            ("::ffff:127.0.0.1", Some("10.1.2.3"), "10.1.2.3"),
            ("10.9.9.9", Some("10.1.2.3"), "10.9.9.9"),
        ] {
            assert_eq!(counted(peer.parse().unwrap(), told).to_string(), expect, "{peer} {told:?}");
        }
    }
}
