//! What a container uses: a little by itself, more with each request, and what it leaks. From its Image, or guessed from the
//! image's name.
//! Models the accounting of cgroups, with CPU held at the container's limit.
//! Omits: memory that is given back late, the page cache.

mod disk;
mod line;
mod ports;

use ecow::EcoString;

use crate::{clock::Time, json::Json, object::Object, resources::quantity, rng::fnv64};

pub use disk::{SYSTEM_DISK, Writes, Written};
pub use line::Line;
pub use ports::{may_listen, usual_port};

/// Bytes of a mebibyte.
const MI: f64 = 1_048_576.0;

/// What a node uses beside its pods, in bytes: kernel, kubelet, runtime.
pub const SYSTEM_MEMORY: u64 = 420 << 20;

/// What an image uses. CPU in thousand-millionths of a core, or of a core-second; memory in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Appetite {
    /// By itself.
    pub cpu_idle: u64,
    /// For each request.
    pub cpu_per_request: u64,
    /// By itself.
    pub memory_idle: u64,
    /// For each request while it is answered.
    pub memory_per_request: u64,
    /// Never given back: so much more each minute.
    pub leak_per_minute: u64,
    /// Never given back: so much more with each request.
    pub leak_per_request: u64,
}

impl Appetite {
    /// Of a container's image, whose Image may say more.
    pub fn of(image: &str, spec: &Json) -> Self {
        let guess = fnv64(image.as_bytes());
        let or = |field: &str, unit: f64, guessed: u64| {
            let said = spec[field].float().filter(|n| n.is_finite() && *n >= 0.0);
            said.map_or(guessed, |n| (n * unit).round() as u64)
        };
        Self {
            cpu_idle: or("cpuMillisIdle", 1e6, 500_000 + guess % 2_500_000),
            cpu_per_request: or("cpuMillisPerRequest", 1e6, 2_000_000),
            memory_idle: or("memoryMi", MI, (6 * 1024 + guess % (34 * 1024)) << 10),
            memory_per_request: or("memoryMiPerRequest", MI, 64 << 10),
            leak_per_minute: or("leakMiPerMinute", MI, 0),
            leak_per_request: or("leakMiPerRequest", MI, 0),
        }
    }
}

/// `each` for every one of so many parts.
fn per(each: u64, count: u64, parts: u64) -> u64 {
    u64::try_from(u128::from(each) * u128::from(count) / u128::from(parts)).unwrap_or(u64::MAX)
}

/// The most CPU that a container may use; `None` for as much as there is.
pub fn cpu_limit(pod: &Object, container: &str) -> Option<u64> {
    let declared = pod["spec"]["containers"].list().iter().find(|c| c["name"] == *container)?;
    let limit = crate::resources::cells::plain(&declared["resources"]["limits"]["cpu"]);
    quantity::parse_nano(&limit).and_then(|n| u64::try_from(n).ok())
}

/// The requests that a container answers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Thousandths of a request a second.
    pub rate_milli: u64,
    /// Millionths of requests being answered at a moment.
    pub open_micro: u64,
}

/// The memory of a process over time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Memory {
    appetite: Appetite,
    base: u64,
    leaked: Line,
}

impl Memory {
    /// Of a process that starts at `since` and answers nobody yet.
    pub fn new(appetite: Appetite, since: Time) -> Self {
        let none = Self { appetite, base: 0, leaked: Line::default() };
        none.changed(Load::default(), since)
    }

    /// From `now` on it answers so many requests.
    #[must_use]
    pub fn changed(self, load: Load, now: Time) -> Self {
        let Appetite { memory_idle, memory_per_request, leak_per_minute, leak_per_request, .. } =
            self.appetite;
        let open = per(memory_per_request, load.open_micro, 1_000_000);
        let more = Line::rising(now, leak_per_minute, leak_per_request, load.rate_milli);
        Self { base: memory_idle.saturating_add(open), leaked: self.leaked.held(now) + more, ..self }
    }

    /// Over time, if the load stays as it is.
    pub fn line(&self) -> Line {
        Line::flat(self.base) + self.leaked
    }
}

/// What a container has used so far, by exact integration between changes.
#[derive(Clone, Debug)]
pub struct Meter {
    /// Which container it is: a restart makes another one.
    pub id: EcoString,
    /// Since when it runs.
    pub start: Time,
    /// Its image's; `None` where that has to be looked up (again).
    pub appetite: Option<Appetite>,
    limit: Option<u64>,
    /// CPU until `since`, thousand-millionths of a core-second.
    until_then: u64,
    since: Time,
    /// Thousand-millionths of a core; `None` before that is known.
    rate: Option<u64>,
    memory: Option<Memory>,
}

impl Meter {
    /// Of a container that runs since `start`.
    pub fn new(id: EcoString, start: Time, limit: Option<u64>) -> Self {
        Self { id, start, appetite: None, limit, until_then: 0, since: start, rate: None, memory: None }
    }

    /// CPU used so far.
    pub fn cpu(&self, now: Time) -> u64 {
        let ms = u64::try_from(now.since_ms(self.since)).unwrap_or(0);
        let used = u128::from(self.rate.unwrap_or(0)) * u128::from(ms) / 1000;
        self.until_then.saturating_add(u64::try_from(used).unwrap_or(u64::MAX))
    }

    /// It has answered so many requests all at once.
    pub fn answered(&mut self, count: u64, now: Time) {
        let work = self.appetite.map_or(0, |a| a.cpu_per_request.saturating_mul(count));
        if self.rate.is_some() {
            (self.until_then, self.since) = (self.cpu(now).saturating_add(work), now);
        }
    }

    /// Memory at a moment, in bytes.
    pub fn memory(&self, now: Time) -> u64 {
        self.memory.map_or(0, |memory| memory.line().at(now))
    }

    /// From `now` on it answers so many requests.
    pub fn change(&mut self, load: Load, now: Time) {
        let Some(appetite) = self.appetite else { return };
        let wanted = appetite.cpu_idle.saturating_add(per(appetite.cpu_per_request, load.rate_milli, 1000));
        let rate = self.limit.map_or(wanted, |limit| wanted.min(limit));
        let before = self.memory.filter(|m| m.appetite == appetite);
        let memory = before.unwrap_or_else(|| Memory::new(appetite, self.start));
        self.memory = Some(memory.changed(load, now));
        // What is first seen late has used what it uses since it started.
        if self.rate.is_some_and(|before| before != rate) {
            (self.until_then, self.since) = (self.cpu(now), now);
        }
        self.rate = Some(rate);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;

    const SHOP: Appetite = Appetite {
        cpu_idle: 5_000_000,
        cpu_per_request: 10_000_000,
        memory_idle: 1000,
        memory_per_request: 10,
        leak_per_minute: 60_000,
        leak_per_request: 2,
    };

    #[test]
    fn requests_are_integrated_exactly() {
        // (requests a second in thousandths, for milliseconds)…, limit in thousandths of a core, CPU used in thousandths of a
        // core-second.
        for (parts, limit, expect) in [
            (vec![(0, 10_000)], None, 50),
            (vec![(10_000, 10_000)], None, 1050),
            (vec![(0, 5_000), (20_000, 5_000), (0, 5_000)], None, 1075),
            (vec![(1_000_000, 10_000)], Some(200), 2000),
            (vec![(500, 1_000), (500, 1_000)], None, 20),
        ] {
            let mut meter = Meter::new("x".into(), Time(0), limit.map(|m: u64| m * 1_000_000));
            meter.appetite = Some(SHOP);
            let mut now = Time(0);
            for (rate_milli, ms) in &parts {
                meter.change(Load { rate_milli: *rate_milli, open_micro: 0 }, now);
                now = now.plus_ms(*ms);
            }
            assert_eq!(meter.cpu(now) / 1_000_000, expect, "{parts:?}");
        }
    }

    #[test]
    fn single_requests_add_up() {
        let mut meter = Meter::new("x".into(), Time(0), None);
        meter.appetite = Some(SHOP);
        meter.answered(100, Time(0));
        meter.change(Load::default(), Time(0));
        meter.answered(3, Time(1000));
        meter.answered(1, Time(1000));
        assert_eq!(meter.cpu(Time(2000)) / 1_000_000, 5 + 30 + 10 + 5, "none before it is known");
    }

    #[test]
    fn memory_follows_the_requests_that_are_open() {
        let mut meter = Meter::new("x".into(), Time(0), None);
        meter.appetite = Some(SHOP);
        meter.change(Load { rate_milli: 500_000, open_micro: 4_500_000 }, Time(0));
        assert_eq!(meter.memory(Time(0)), 1045);
        meter.change(Load::default(), Time(5));
        assert_eq!(
            [5, 15].map(|ms| meter.memory(Time(ms))),
            [1010, 1020],
            "what leaked stays, and more comes"
        );
    }

    #[test]
    fn images_say_what_they_use() {
        let said = json!({"cpuMillisIdle": 5, "cpuMillisPerRequest": 2.5, "memoryMi": 3, "memoryMiPerRequest": 0.5,
                "leakMiPerRequest": 1});
        let expect = Appetite {
            cpu_idle: 5_000_000,
            cpu_per_request: 2_500_000,
            memory_idle: 3 << 20,
            memory_per_request: 512 << 10,
            leak_per_minute: 0,
            leak_per_request: 1 << 20,
        };
        assert_eq!(Appetite::of("shop:1", &said), expect);
        let guessed = Appetite::of("shop:1", &Json::Null);
        assert_eq!(guessed, Appetite::of("shop:1", &json!({"cpuMillisIdle": "much", "memoryMi": -1})));
        assert!((500_000..3_000_000).contains(&guessed.cpu_idle), "{guessed:?}");
        assert!((6 << 20..40 << 20).contains(&guessed.memory_idle), "{guessed:?}");
    }

    #[test]
    fn limits_are_the_containers_own() {
        let pod =
            Object(json!({"spec": {"containers": [{"name": "a", "resources": {"limits": {"cpu": "250m"}}},
            {"name": "b"}]}}));
        assert_eq!([cpu_limit(&pod, "a"), cpu_limit(&pod, "b")], [Some(250_000_000), None]);
    }
}
