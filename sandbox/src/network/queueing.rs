//! How long requests wait at a container, and how many find its queue full. Models a queue M/M/c/K: requests come at random, are
//! served by `c` cores (a share of one core is one slow server), and at most `K - c` of them wait. An answer takes the image's
//! `latencyMillis`, of which `cpuMillisPerRequest` is work on a core; on less than one core that work takes longer.
//! Omits: the seconds in which a queue fills and drains (it is what it becomes in the long run), the spread of the work
//! itself.

/// How many requests wait at most where an image does not say.
pub const QUEUE_MAX: u32 = 128;

/// A container that answers requests.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Station {
    /// Cores, as servers of requests.
    servers: u32,
    /// Most requests that it can answer in a second; `None` where its work takes no core.
    rate_max: Option<f64>,
    /// Milliseconds of an answer that need not wait.
    base_ms: f64,
    queue_max: u32,
    /// Requests that come in a second.
    arrivals: f64,
}

/// How a queue stands in the long run: parts of all requests, 0 to 1, whose sum is 1.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Parts {
    /// Served at once.
    at_once: f64,
    /// The part that finds all servers busy and nobody waiting.
    first: f64,
    /// Turned away.
    lost: f64,
    /// Each place in the queue is met so many times as often as the one before it.
    ratio: f64,
    places: u32,
}

impl Station {
    /// `cpu_nano`: thousand-millionths of a core-second for each request; `cores_nano` of them are there.
    pub fn new(latency_ms: i64, cpu_nano: u64, cores_nano: u64, queue_max: u32) -> Self {
        let (work_ms, cores) = (cpu_nano as f64 / 1e6, cores_nano.max(1) as f64 / 1e9);
        let stretched = work_ms / cores.min(1.0);
        let base_ms = (latency_ms as f64 - work_ms).max(0.0) + stretched;
        let rate_max = (cpu_nano > 0).then(|| cores * 1000.0 / work_ms);
        Self { servers: (cores as u32).max(1), rate_max, base_ms, queue_max, arrivals: 0.0 }
    }

    /// So many requests a second come (thousandths).
    pub fn called(mut self, rate_milli: u64) -> Self {
        self.arrivals = rate_milli as f64 / 1000.0;
        self
    }

    /// The part of requests that is turned away, since its queue is full.
    pub fn lost(&self) -> f64 {
        self.parts().lost
    }

    /// The part of those it takes that is answered within so many milliseconds.
    pub fn within(&self, ms: f64) -> f64 {
        if ms < self.base_ms {
            return 0.0;
        }
        let parts = self.parts();
        let places = ((ms - self.base_ms) * self.rate_max.unwrap_or(f64::MAX) / 1000.0).floor();
        let answered = parts.at_once + parts.in_first(places.min(self.queue_max.into()) as u32);
        (answered / (1.0 - parts.lost).max(f64::MIN_POSITIVE)).min(1.0)
    }

    /// Milliseconds that those it takes need on average.
    pub fn mean_ms(&self) -> f64 {
        let (parts, Some(rate)) = (self.parts(), self.rate_max) else { return self.base_ms };
        let waited = parts.places_waited();
        self.base_ms + waited * 1000.0 / rate / (1.0 - parts.lost).max(f64::MIN_POSITIVE)
    }

    fn parts(&self) -> Parts {
        let Some(rate_max) = self.rate_max else {
            return Parts { at_once: 1.0, first: 0.0, lost: 0.0, ratio: 0.0, places: 0 };
        };
        let ratio = self.arrivals / rate_max;
        let offered = ratio * f64::from(self.servers);
        // Terms a^n / n! of those who find n servers busy, up to all of them.
        let (mut free, mut term) = (0.0, 1.0);
        for n in 1..=self.servers {
            free += term;
            term *= offered / f64::from(n);
        }
        let places = self.queue_max;
        // Above 1 the powers of the ratio grow without end, so all is counted from the last place instead.
        let (scale, first, waiting, last) = if ratio > 1.0 {
            let scale = power(1.0 / ratio, places);
            (scale, term * scale, term * sum(1.0 / ratio, places) / ratio, term)
        } else {
            (1.0, term, term * sum(ratio, places), term * power(ratio, places))
        };
        let all = free * scale + waiting + last;
        Parts { at_once: free * scale / all, first: first / all, lost: last / all, ratio, places }
    }
}

impl Parts {
    /// Those who come into the first `n` places of the queue.
    fn in_first(&self, n: u32) -> f64 {
        if self.ratio > 1.0 {
            let back = 1.0 / self.ratio;
            return self.lost * power(back, self.places - n + 1) * sum(back, n);
        }
        self.first * sum(self.ratio, n)
    }

    /// How many requests go before one, on average over all, itself counted in.
    fn places_waited(&self) -> f64 {
        let (mut waited, grows) = (0.0, self.ratio > 1.0);
        let mut part = if grows { self.lost / self.ratio } else { self.first };
        for n in 0..self.places {
            let place = if grows { self.places - n } else { n + 1 };
            waited += part * f64::from(place);
            part *= if grows { 1.0 / self.ratio } else { self.ratio };
            if part < 1e-12 {
                break;
            }
        }
        waited
    }
}

/// `x` to the power of `n`, by the same multiplications on every machine.
fn power(x: f64, n: u32) -> f64 {
    let (mut result, mut square, mut n) = (1.0, x, n);
    while n > 0 {
        if n % 2 == 1 {
            result *= square;
        }
        square *= square;
        n /= 2;
    }
    result
}

/// `1 + x + … ` of `n` terms.
fn sum(x: f64, n: u32) -> f64 {
    if (x - 1.0).abs() < 1e-9 { f64::from(n) } else { (1.0 - power(x, n)) / (1.0 - x) }
}

/// The least whole milliseconds within which a `part` of all answers comes; `within` says which part comes within how many.
pub fn percentile_ms(part: f64, ms_max: i64, within: impl Fn(f64) -> f64) -> i64 {
    let (mut low, mut high) = (0, ms_max);
    while low < high {
        let middle = low + (high - low) / 2;
        if within(middle as f64) + 1e-9 >= part {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

#[cfg(test)]
mod tests {
    use super::*;

    const CORE: u64 = 1_000_000_000;

    fn station(cores_milli: u64, cpu_ms: u64, queue_max: u32, rate: u64) -> Station {
        Station::new(20, cpu_ms * 1_000_000, cores_milli * 1_000_000, queue_max).called(rate * 1000)
    }

    /// Textbook figures of M/M/1/K and M/M/c/K (Gross and Harris, "Fundamentals of Queueing Theory", 2.4 and 2.5).
    #[test]
    fn queues_lose_what_the_formulas_say() {
        for (station, expect) in [
            // M/M/1/K: (1-r) r^K / (1-r^(K+1)), K = queue + 1.
            (station(1000, 10, 4, 50), 0.5 * 0.03125 / (1.0 - 0.015_625)),
            (station(1000, 10, 9, 100), 1.0 / 11.0),
            (station(1000, 10, 128, 200), 0.5),
            (station(500, 10, 4, 25), 0.5 * 0.03125 / (1.0 - 0.015_625)),
            // M/M/2/2 is Erlang's loss formula: a = 1, (1/2) / (1 + 1 + 1/2).
            (station(2000, 10, 0, 100), 0.2),
            (station(1000, 0, 4, 100_000), 0.0),
            (station(1000, 10, 4, 0), 0.0),
        ] {
            assert!(
                (station.lost() - expect).abs() < 1e-9,
                "{station:?}: {} and not {expect}",
                station.lost()
            );
        }
    }

    /// M/M/1 with room for all: an accepted request waits r / (c - a) on average; Erlang's C for two servers at a = 1 is 1/3.
    #[test]
    fn requests_wait_what_the_formulas_say() {
        for (station, mean_ms) in [
            (station(1000, 10, 10_000, 0), 20.0),
            (station(1000, 10, 10_000, 50), 20.0 + 10.0),
            (station(1000, 10, 10_000, 90), 20.0 + 90.0),
            (station(2000, 10, 10_000, 100), 20.0 + 10.0 / 3.0),
            // Half a core: the same work takes 20 ms.
            (station(500, 10, 10_000, 25), 30.0 + 20.0),
            // Twice of what it can take: the queue of 100 is full, or nearly.
            (station(1000, 10, 100, 200), 20.0 + 990.0),
        ] {
            assert!(
                (station.mean_ms() - mean_ms).abs() < 0.01,
                "{station:?}: {} and not {mean_ms}",
                station.mean_ms()
            );
        }
    }

    #[test]
    fn percentiles_grow_with_the_load() {
        for (rate, p50, p99) in [(0, 20, 20), (50, 20, 80), (90, 80, 450), (200, 1010, 1020)] {
            let station = station(1000, 10, 100, rate);
            let got = [0.5, 0.99].map(|part| percentile_ms(part, 100_000, |ms| station.within(ms)));
            assert_eq!(got, [p50, p99], "{rate} a second");
        }
        assert_eq!(Station::new(5, 0, CORE, 1).called(1000).within(4.9), 0.0);
    }
}
