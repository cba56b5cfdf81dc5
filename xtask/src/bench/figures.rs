//! Figures read back from what a bench prints: a name, then amounts with their units.

/// The first amount after a row's name, in milliseconds or in MiB.
pub fn of(text: &str, name: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.trim_start().strip_prefix(name))?;
    let mut words = rest.split_whitespace();
    let number: f64 = words.next()?.parse().ok()?;
    let factor = match words.next()? {
        "s" => 1000.0,
        "GiB" => 1024.0,
        "ms" | "MiB" => 1.0,
        "µs" => 0.001,
        "KiB" => 1.0 / 1024.0,
        _ => return None,
    };
    Some(number * factor)
}

/// The first amount after a row's name, in the unit in which it was printed.
pub fn plain(text: &str, name: &str) -> Option<f64> {
    let rest = text.lines().find_map(|line| line.trim_start().strip_prefix(name))?;
    rest.split_whitespace().next()?.parse().ok()
}

/// A time as people write it.
pub fn time(ms: f64) -> String {
    match ms {
        ms if ms >= 1000.0 => format!("{:.2} s", ms / 1000.0),
        ms if ms >= 1.0 => format!("{ms:.1} ms"),
        ms => format!("{:.1} µs", ms * 1000.0),
    }
}

/// The processor's name in `/proc/cpuinfo`.
pub fn model(info: &str) -> &str {
    let line = info.lines().find(|line| line.starts_with("model name"));
    line.and_then(|line| line.split_once(':')).map_or("an unknown processor", |(_, name)| name.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_follow_their_names() {
        let text = "\
100 replicas on 3 nodes to Ready                         12.34 ms     11.90 ms    50.00 ms         1480
    a pod                                                125.0 µs
1000 replicas on 100 nodes to Ready                       1.20 s       1.10 s   500.00 ms        14480  OVER THE BAR
idle cluster after an hour: held                        256.0 KiB               300.0 KiB
10000 idle clusters: held                                2.50 GiB                3.00 GiB
an hour, plug pulled                  28.7";
        for (name, expect) in [
            ("100 replicas on 3 nodes to Ready", Some(12.34)),
            ("a pod", Some(0.125)),
            ("1000 replicas on 100 nodes to Ready", Some(1200.0)),
            ("idle cluster after an hour: held", Some(0.25)),
            ("10000 idle clusters: held", Some(2560.0)),
            ("an hour, plug pulled", None),
            ("nothing of the kind", None),
        ] {
            assert_eq!(of(text, name), expect, "{name}");
        }
    }

    #[test]
    fn times_have_fitting_units() {
        for (ms, expect) in [(1200.0, "1.20 s"), (12.34, "12.3 ms"), (0.0205, "20.5 µs")] {
            assert_eq!(time(ms), expect);
        }
    }

    #[test]
    fn processors_have_names() {
        for (info, expect) in [
            ("processor\t: 0\nmodel name\t: Some CPU @ 2 GHz\n", "Some CPU @ 2 GHz"),
            ("", "an unknown processor"),
        ] {
            assert_eq!(model(info), expect);
        }
    }
}
